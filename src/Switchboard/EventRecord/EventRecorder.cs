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

    public EventRecorder(
        string pbx, AmiConnection ami, EventQueue queue, EventWriter writer, EventFeed feed, EventRecordMeter meter, RoomOfPhone roomOf,
        IOptions<EventRecordOptions> options, IClock clock)
    {
        (_pbx, _queue, _writer, _feed, _meter, _clock) = (pbx, queue, writer, feed, meter, clock);
        _encoder = new EventEncoder(pbx, options.Value, roomOf);
        _except = options.Value.Except.ToHashSet(StringComparer.OrdinalIgnoreCase);
        _session = EventSession.Begin(pbx, EventSession.Ami, clock.GetCurrentInstant());
        // Before anything is started: nothing of the first session is missed.
        _events = ami.Subscribe("record");
    }

    /// <summary>Raised after a time in which something may have been missed.</summary>
    public event Action? ListensAgain;

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
            _queue.Complete();
            await writing;
        }
    }

    private ValueTask TakeAsync(AmiNotification notification, CancellationToken ct)
    {
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
                ListensAgain?.Invoke();
                break;
            case AmiDisconnected:
                _cutSince ??= _lastReceived ?? _clock.GetCurrentInstant();
                break;
            case AmiGap gap:
                // Their places in the sequence stay empty.
                _sequence += gap.Lost;
                _meter.Lost(gap.Lost);
                var until = _clock.GetCurrentInstant();
                _queue.Add(new PbxOutage(_pbx, PbxOutage.EventsLost, _lastReceived ?? until, until, gap.Lost));
                ListensAgain?.Invoke();
                break;
        }

        return ValueTask.CompletedTask;
    }

    private ValueTask AddAsync(AmiEvent heard, CancellationToken ct)
    {
        var message = heard.Message;
        if (_except.Count > 0 && message.EventName is { } name && _except.Contains(name)) return ValueTask.CompletedTask;
        var received = Instant.FromDateTimeOffset(heard.ReceivedAt);
        _lastReceived = received;
        _meter.Received(1);
        _feed.Publish(message, received, _encoder);
        return _queue.AddAsync(_session, chunk => _encoder.Encode(message, chunk, ++_sequence, received), ct);
    }
}
