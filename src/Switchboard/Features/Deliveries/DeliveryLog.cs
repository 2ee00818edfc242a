namespace Switchboard.Features.Deliveries;

/// <summary>Event ids 4850 to 4889. Numbers, directory keys and ways; never what is delivered, nor where to.</summary>
internal static partial class DeliveryLog
{
    [LoggerMessage(4850, LogLevel.Information, "Delivery {Number} for {Person} asked for by {By}")]
    public static partial void Requested(this ILogger logger, long number, string person, string by);

    [LoggerMessage(4851, LogLevel.Information, "Delivery {Number} for {Person} acknowledged by {By} ({How}) after {Attempts} attempts")]
    public static partial void Acknowledged(this ILogger logger, long number, string person, string by, string how, int attempts);

    [LoggerMessage(4852, LogLevel.Information, "Delivery {Number} for {Person} stopped by {By}")]
    public static partial void Stopped(this ILogger logger, long number, string person, string by);

    [LoggerMessage(4853, LogLevel.Information, "Delivery {Number}, attempt {Attempt}: {Person} by {Way}: {Outcome} ({Detail})")]
    public static partial void Attempted(this ILogger logger, long number, int attempt, string person, DeliveryWay way, DeliveryOutcome outcome, string detail);

    [LoggerMessage(4854, LogLevel.Error, "Delivery {Number} for {Person} reached nobody after {Attempts} attempts, nothing more is tried: {Why}. Do: see that they get it by another way, switchboard delivery show NUMBER")]
    public static partial void GivenUp(this ILogger logger, long number, string person, int attempts, string why);

    [LoggerMessage(4855, LogLevel.Information, "Delivery {Number}, attempt {Attempt}: {Person} is tried by {Way}")]
    public static partial void Trying(this ILogger logger, long number, int attempt, string person, DeliveryWay way);

    [LoggerMessage(4856, LogLevel.Warning, "A round over the deliveries failed, trying again in a second: {Reason}")]
    public static partial void RoundFailed(this ILogger logger, string reason);

    [LoggerMessage(4857, LogLevel.Warning, "Delivery {Number}, attempt {Attempt}: its end could not be stored, trying on: {Reason}")]
    public static partial void NotStored(this ILogger logger, long number, int attempt, string reason);

    [LoggerMessage(4858, LogLevel.Warning, "Delivery {Number}, attempt {Attempt}: the recording of it cannot be played, {File} is not there. Do: see that Pbx:MessagesDirectory and the PBX's SB_MESSAGES are the same folder")]
    public static partial void RecordingMissing(this ILogger logger, long number, int attempt, string file);

    [LoggerMessage(4859, LogLevel.Information, "Delivery {Number} for {Person}: there is nothing left to deliver, nothing more is tried")]
    public static partial void NothingLeft(this ILogger logger, long number, string person);
}
