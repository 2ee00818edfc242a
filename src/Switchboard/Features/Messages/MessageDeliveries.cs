using NodaTime;
using Switchboard.Features.Deliveries;

namespace Switchboard.Features.Messages;

/// <summary>What the delivery of a message to a person of the directory asks of it: what it says, and that it has arrived.</summary>
internal sealed class MessageDeliveries(MessageStore store, RecordingFiles files, ILogger<MessageDeliveries> log)
{
    /// <summary>See <see cref="DeliveryContent"/>.</summary>
    public async Task<DeliveredContent?> ContentAsync(Guid subject, CancellationToken ct)
    {
        var message = store.Work.MustLookLocally ? store.Work.Copy.Find<Message>(subject) : await store.Work.Db.Set<Message>().FindAsync([subject], ct);
        if (message is not { IsOpen: true }) return null;
        var from = message switch
        {
            { CallerName: { } name, CallerNumber: { } number } => $"{name}, {number}",
            _ => message.CallerName ?? message.CallerNumber,
        };
        var audio = message is { Recording: { } recording, RecordingRemovedAt: null } ? recording : null;
        if (audio is not null && files.IsChanged(audio, message.RecordingSha256))
        {
            log.RecordingChanged(message.Number, files.PathOf(audio));
            audio = null;
        }

        return new DeliveredContent(message.Text, audio is null ? null : files.PathOf(audio), from, message.TakenAt, message.Language);
    }

    /// <summary>See <see cref="DeliveryAcknowledged"/>.</summary>
    public async Task<Action?> AcknowledgedAsync(Guid subject, string by, Instant at, CancellationToken ct)
    {
        if (await store.FindAsync(subject, ct) is not { IsOpen: true } message) return null;
        message.Deliver(by, at);
        return await store.EndedAsync(message, by, MessageStore.ByDelivery, ct);
    }
}
