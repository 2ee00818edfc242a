using System.Diagnostics.Metrics;
using Microsoft.Extensions.Options;
using Switchboard.Pbx;

namespace Switchboard.Features.Phones;

/// <summary>The rooms' phones in figures; the board is only asked when somebody scrapes.</summary>
internal sealed class PhoneMeter(IMeterFactory meters, IOptions<PbxOptions> pbx)
{
    /// <summary>The meter's name.</summary>
    public const string Name = "Switchboard.Phones";

    /// <summary>From now on this board is watched; called once.</summary>
    public void Watch(PhoneBoard board) => meters.Create(Name).CreateObservableGauge("switchboard.phones.gone",
        () => new Measurement<int>(board.Gone, new KeyValuePair<string, object?>("pbx", pbx.Value.Name)), "{phone}",
        "Room phones that are gone for longer than Phones:GoneAfter; while the PBX is away, as it was before");
}
