using System.Globalization;
using Switchboard.Asterisk.Ami;

namespace Switchboard.Benchmarks.RoomState;

/// <summary>From asking for something to the PBX's own word that it is so.</summary>
internal static class UntilTold
{
    /// <summary>In milliseconds.</summary>
    public static async Task<double> MeasureAsync(IAsyncEnumerator<AmiNotification> told, Predicate<AmiMessage> isIt, Func<Task> act)
    {
        var began = TimeProvider.System.GetTimestamp();
        var acting = act();
        while (await told.MoveNextAsync())
        {
            if (told.Current is AmiEvent { Message: var message } && isIt(message)) break;
        }

        var took = TimeProvider.System.GetElapsedTime(began).TotalMilliseconds;
        await acting;
        return took;
    }

    public static void Print(string what, List<double> product, List<double> floor) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{what}, until the PBX says so: p50 {At(product, 50):F1} ms, p99 {At(product, 99):F1} ms, longest {product.Max():F0} ms (p99 under 1,000 wanted); a bare AMI session writing the same entry: p50 {At(floor, 50):F1} ms, p99 {At(floor, 99):F1} ms; ratio of the medians {At(product, 50) / At(floor, 50):F1}"));

    private static double At(List<double> values, int percent) => values.Order().ElementAt(Math.Min(values.Count - 1, values.Count * percent / 100));
}
