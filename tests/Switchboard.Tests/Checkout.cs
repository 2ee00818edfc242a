namespace Switchboard.Tests;

/// <summary>Where the source stands that these tests were built from.</summary>
internal static class Checkout
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Switchboard.sln"))) folder = folder.Parent ?? throw new InvalidOperationException("run the tests from a checkout");
        return folder.FullName;
    }
}
