using Microsoft.Extensions.Options;
using NodaTime;
using Switchboard.Asterisk.Ami;

namespace Switchboard.EventRecord;

/// <summary>
/// Hears everything that the PBX tells and encodes it at once, so that little memory waits for the database; a second task writes. Notices
/// where it has heard nothing: before the worker's start, while the link was cut, where a queue overflowed.
/// </summary>
internal sealed class EventRecorder : BackgroundService
{
    // Too many events make many gaps, one after the other: they are one outage, not a row each and a batch cut short by each.
    private static readonly Duration OneGap = Duration.FromSeconds(1);
    private static readonly Duration LongestGap = Duration.FromMinutes(1);
    private readonly string _pbx;
    private readonly AmiSubscription _events;
    private readonly EventQueue _queue;
    private readonly EventWriter _writer;
    private readonly EventFeed _feed;
    private readonly EventEncoder _encoder;
    private readonly EventRecordMeter _meter;
    private readonly IClock _clock;
    private readonly HashSet<string> _except;
    private EventSession _session;
    private long _sequence;
    private Instant? _lastReceived;
    private Instant? _cutSince;
    private (Instant From, Instant Until, long Lost)? _gap;

    public EventRecorder(
        string pbx, AmiConnection ami, EventQueue queue, EventWriter writer, EventFeed feed, EventRecordMeter meter, RoomOfPhone roomOf,
        SecretChannels secrets, IOptions<EventRecordOptions> options, IClock clock)
    {
        (_pbx, _queue, _writer, _feed, _meter, _clock) = (pbx, queue, writer, feed, meter, clock);
        _encoder = new EventEncoder(pbx, options.Value, roomOf, secrets);
        _except = options.Value.Except.ToHashSet(StringComparer.OrdinalIgnoreCase);
        _session = EventSession.Begin(pbx, EventSession.Ami, clock.GetCurrentInstant());
        // Before anything is started: nothing of the first session is missed.
        _events = ami.Subscribe("record");
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var writing = _writer.RunAsync(stoppingToken);
        try
        {
            await foreach (var notification in _events.ReadAllAsync(stoppingToken)) await TakeAsync(notification, stoppingToken);
        }
        finally
        {
            await _events.DisposeAsync();
            TellGap();
            _queue.Complete();
            await writing;
        }
    }

    private ValueTask TakeAsync(AmiNotification notification, CancellationToken ct)
    {
        if (IsGapOver(notification)) TellGap();
        switch (notification)
        {
            case AmiEvent heard:
                return AddAsync(heard, ct);
            case AmiConnected:
                var now = _clock.GetCurrentInstant();
                (_session, _sequence) = (EventSession.Begin(_pbx, EventSession.Ami, now), 0);
                if (_cutSince is { } cut) _queue.Add(new PbxOutage(_pbx, PbxOutage.LinkCut, cut, now));
                else _writer.FirstConnectedAt ??= now;
                _cutSince = null;
                _queue.Flush();
                break;
            case AmiDisconnected:
                _cutSince ??= _lastReceived ?? _clock.GetCurrentInstant();
                break;
            case AmiGap gap:
                // Their places in the sequence stay empty.
                _sequence += gap.Lost;
                var until = _clock.GetCurrentInstant();
                _gap = (_gap?.From ?? _lastReceived ?? until, until, (_gap?.Lost ?? 0) + gap.Lost);
                _meter.Lost(gap.Lost);
                break;
        }

        return ValueTask.CompletedTask;
    }

    private bool IsGapOver(AmiNotification next) => _gap is { } gap && next switch
    {
        AmiGap => gap.Until - gap.From > LongestGap,
        AmiEvent heard => Instant.FromDateTimeOffset(heard.ReceivedAt) - gap.Until > OneGap,
        _ => true,
    };

    private void TellGap()
    {
        if (_gap is not { } gap) return;
        _queue.Add(new PbxOutage(_pbx, PbxOutage.EventsLost, gap.From, gap.Until, gap.Lost));
        _gap = null;
    }

    private ValueTask AddAsync(AmiEvent heard, CancellationToken ct)
    {
        var message = heard.Message;
        if (_except.Count > 0 && message.EventName is { } name && _except.Contains(name)) return ValueTask.CompletedTask;
        var received = Instant.FromDateTimeOffset(heard.ReceivedAt);
        _lastReceived = received;
        _feed.Publish(message, received, _encoder);
        var adding = _queue.AddAsync(_session, _encoder, message, ++_sequence, received, ct);
        _meter.Received(1);
        return adding;
    }
}
