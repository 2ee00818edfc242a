using Switchboard.Features.Hotel;
using Switchboard.Pbx;
using Switchboard.Persistence;

namespace Switchboard.Features.Setup;

/// <summary>What a worker would go by, validated as a worker validates it.</summary>
internal sealed record WorkerSettings(HotelOptions Hotel, PbxOptions Pbx, DatabaseOptions Database, PhoneDialogueOptions FastAgi, string? CelFile);

/// <summary>Reads a configuration as the worker would at its start, which is not this feature's to know.</summary>
/// <exception cref="Cli.CliException">It is not usable; the message has all its faults.</exception>
internal delegate Task<WorkerSettings> WorkerSettingsReader(string? file);
