using Switchboard.Benchmarks.Ami;

// dotnet run -c Release --project tests/Switchboard.Benchmarks -- ami
switch (args)
{
    case ["ami"]: await AmiBenchmark.RunAsync(200_000); return 0;
    case ["ami-server"]: EventServer.Run(); return 0;
    default:
        Console.Error.WriteLine("usage: ami     the AMI client beside its floors");
        return 2;
}
