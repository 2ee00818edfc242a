using System.Diagnostics.Metrics;
using System.Reflection;

namespace Switchboard.Web;

/// <summary>Which build this is, as the labels of a gauge that is always 1: what Prometheus joins other series with.</summary>
internal sealed class BuildMeter
{
    /// <summary>The meter's name.</summary>
    public const string Name = "Switchboard.Web";

    public BuildMeter(IMeterFactory meters) => meters.Create(Name).CreateObservableGauge("switchboard.build.info", () => new Measurement<int>(1,
        new("version", Version), new("runtime", Environment.Version.ToString())), null, "Always 1; the labels are the versions");

    /// <summary>This build's version.</summary>
    public static string Version { get; } =
        typeof(BuildMeter).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
}
