using Switchboard.Features.Access;
using Switchboard.Features.Deliveries;
using Switchboard.Features.DoNotDisturb;
using Switchboard.Features.Housekeeping;
using Switchboard.Features.Messages;
using Switchboard.Features.WakeUpCalls;

namespace Switchboard.Tests.Rig;

/// <summary>What people ask of the worker's desks, and the rows that they then look at.</summary>
internal static class Desks
{
    private static CancellationToken Now => TestContext.Current.CancellationToken;

    public static Task<WakeUpView> BookAsync(this SmallHotel hotel, string room, string time, bool? requireKey = null) =>
        hotel.AskAsync<WakeUpDesk, WakeUpView>(
            desk => desk.BookAsync(new(room, time, null, null, null, null, requireKey), SmallHotel.Operator, Now));

    public static Task<WakeUpView> ChangeAsync(this SmallHotel hotel, long number, string time) =>
        hotel.AskAsync<WakeUpDesk, WakeUpView>(desk => desk.ChangeAsync(number, new(time, null, null), SmallHotel.Operator, Now));

    public static Task<WakeUpView> CancelAsync(this SmallHotel hotel, long number, string? by = null) =>
        hotel.AskAsync<WakeUpDesk, WakeUpView>(desk => desk.CancelAsync(number, by, SmallHotel.Operator, Now));

    /// <summary>Housekeeping has knocked.</summary>
    public static Task<KnockEntryView> CloseAsync(this SmallHotel hotel, long entry, bool awake, string name = "Chen") =>
        hotel.AskAsync<KnockList, KnockEntryView>(list => list.CloseAsync(entry, new(name, "looked", awake), "desk", Now));

    public static Task<LockView> LockAsync(this SmallHotel hotel, string room, string? until = null) =>
        hotel.AskAsync<LockDesk, LockView>(desk => desk.SetAsync(room, new(null, until, null), SmallHotel.Operator, LockWays.Desk, Now));

    /// <summary>The same, where the PBX does not take it: the desk waits a moment for that before it answers.</summary>
    public static async Task<LockView> LockPendingAsync(this SmallHotel hotel, string room)
    {
        var answer = hotel.LockAsync(room);
        await hotel.PassAsync(TimeSpan.FromSeconds(1));
        return await answer;
    }

    public static Task<LockView> ReleaseAsync(this SmallHotel hotel, string room) =>
        hotel.AskAsync<LockDesk, LockView>(desk => desk.ReleaseAsync(room, null, SmallHotel.Operator, LockWays.Desk, Now));

    /// <summary>Somebody has left a message for a person of the directory.</summary>
    public static Task<MessageContent> MessageAsync(this SmallHotel hotel, string person, string text = "please call back") =>
        hotel.AskAsync<MessageDesk, MessageContent>(
            desk => desk.TakeAsync(new(person, text, "Ms Wu", null, null, null), SmallHotel.Operator, Now));

    /// <summary>The person has told the office that they have it.</summary>
    public static Task<DeliveryDetails> AcknowledgeAsync(this SmallHotel hotel, long delivery, string? by = null) =>
        hotel.AskAsync<DeliveryDesk, DeliveryDetails>(desk => desk.AcknowledgeAsync(delivery, new(by), SmallHotel.Operator, Now));

    public static Task<DeliveryDetails> StopAsync(this SmallHotel hotel, long delivery) =>
        hotel.AskAsync<DeliveryDesk, DeliveryDetails>(
            desk => desk.StopAsync(delivery, new(null, "came in person"), SmallHotel.Operator, Now));

    public static WakeUpCall Call(this SmallHotel hotel, WakeUpView booked) => hotel.One<WakeUpCall>(c => c.Id == booked.Id);

    /// <summary>The attempts of a wake-up in their order.</summary>
    public static IReadOnlyList<WakeUpAttempt> AttemptsOf(this SmallHotel hotel, WakeUpView booked) =>
        [.. hotel.All<WakeUpAttempt>().Where(a => a.WakeUpCallId == booked.Id).OrderBy(a => a.Number)];

    /// <summary>The open entries of housekeeping's list for a room.</summary>
    public static IReadOnlyList<KnockEntry> ListedOf(this SmallHotel hotel, string room) =>
        [.. hotel.All<KnockEntry>().Where(e => e.Room == room && e.ClosedAt is null)];

    /// <summary>The one lock of a room.</summary>
    public static RoomLock LockOf(this SmallHotel hotel, string room) => hotel.One<RoomLock>(l => l.Room == room);

    /// <summary>The attempts of the one delivery in their order.</summary>
    public static IReadOnlyList<DeliveryAttempt> DeliveryAttempts(this SmallHotel hotel) =>
        [.. hotel.All<DeliveryAttempt>().OrderBy(a => a.Number)];
}
