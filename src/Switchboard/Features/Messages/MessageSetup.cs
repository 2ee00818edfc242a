using System.Security.Claims;
using Microsoft.EntityFrameworkCore;
using NodaTime;
using Switchboard.Features.Access;
using Switchboard.Features.Deliveries;
using Switchboard.Features.Stays;
using Switchboard.Pbx;
using Switchboard.Persistence;
using Switchboard.Persistence.Local;
using Switchboard.Web;

namespace Switchboard.Features.Messages;

internal static class MessageSetup
{
    // Of one that was taken over a moment before PostgreSQL went, it must be known that it was.
    private static readonly Duration Kept = Duration.FromHours(48);

    public static IServiceCollection AddMessages(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddChecked<MessageOptions, MessageOptionsValidator>(configuration, MessageOptions.Section);
        services.AddSingleton<RecordingFiles>().AddSingleton<MessageSignal>().AddScoped<MessageStore>().AddScoped<MessageDesk>().AddScoped<MessageStays>().AddScoped<MessageDeliveries>();
        services.AddHostedService<MessageKeeper>().AddHostedService<RecordingSweeper>();
        // Before the lamps: what is taken over at a reading lights one, and the lamp is then as it should be.
        services.AddSingleton<RecordedMessages>().AddSingleton(provider => provider.GetRequiredService<RecordedMessages>().Family());
        services.AddSingleton(provider => new DialplanReportHandler("SwitchboardMessage", provider.GetRequiredService<RecordedMessages>().ReportedAsync));
        services.AddSingleton<MessageLamps>().AddHostedService(provider => provider.GetRequiredService<MessageLamps>());
        services.AddSingleton(provider => provider.GetRequiredService<MessageLamps>().StateFamily());
        services.AddSingleton<MessageDialogue>().AddSingleton(provider => provider.GetRequiredService<MessageDialogue>().Script());
        services.AddScoped<StayChangedHandler>(provider => (change, ct) => provider.GetRequiredService<MessageStays>().ChangedAsync(change, ct));
        services.AddScoped<DeliveryContent>(provider => (subject, ct) => provider.GetRequiredService<MessageDeliveries>().ContentAsync(subject, ct));
        services.AddScoped<DeliveryAcknowledged>(provider => (subject, by, at, ct) => provider.GetRequiredService<MessageDeliveries>().AcknowledgedAsync(subject, by, at, ct));
        services.AddSingleton(new LocalCopyPart(typeof(Message), async (db, now, ct) =>
        {
            var since = now - Kept;
            return await db.Set<Message>().AsNoTracking().Where(m => m.EndedAt == null || m.EndedAt > since).ToListAsync(ct);
        }, _ => true)
        {
            Numbers = ("messages", 500),
        });
        services.AddSingleton<GuestDataStep>(provider => (db, before, atMost, ct) => EraseAsync(db, before, provider.GetRequiredService<IClock>().GetCurrentInstant(), atMost, ct));
        return services.AddSingleton<HistoryStep>((db, before, atMost, ct) => db.Database.ExecuteSqlAsync($"""
            with old as (select id from messages where ended_at < {before} limit {atMost}),
              events as (delete from message_events where message_id in (select id from old))
            delete from messages where id in (select id from old)
            """, ct));
    }

    public static void MapMessages(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/messages").WithTags("Messages").WithMetadata(new AnswersWithoutDatabase()).RequireAuthorization(Policies.Operator);
        group.MapPost("/", async (MessageTake asked, MessageDesk desk, ClaimsPrincipal user, CancellationToken ct) =>
        {
            var taken = await desk.TakeAsync(asked, Caller.Of(user), ct);
            return TypedResults.Created($"/api/messages/{taken.Message.Number}", taken);
        }).WithSummary("Take a text down, for a room or a person of the directory; the answer repeats what was stored");
        group.MapGet("/", (string? room, bool? open, MessageDesk desk, CancellationToken ct) => desk.ListAsync(room, open ?? false, ct))
            .WithSummary("Messages, without what they say: open ones, and of the last month unless only open ones are wanted");
        group.MapPost("/print", (MessagePrint asked, MessageDesk desk, ClaimsPrincipal user, CancellationToken ct) => desk.PrintAsync(asked, Caller.Of(user), ct))
            .WithSummary("A message, or the open ones of a room, to be printed; recorded with who asked");
        group.MapGet("/{number:long}", (long number, MessageDesk desk, CancellationToken ct) => desk.ShowAsync(number, ct)).WithSummary("A message and all that was done with it, without what it says");
        group.MapPost("/{number:long}/read", (long number, MessageBy? asked, MessageDesk desk, ClaimsPrincipal user, CancellationToken ct) =>
            desk.ReadAsync(number, asked?.By, Caller.Of(user), ct)).WithSummary("What a message says; recorded with who asked");
        group.MapGet("/{number:long}/audio", async (long number, string? by, MessageDesk desk, ClaimsPrincipal user, CancellationToken ct) =>
            TypedResults.Bytes(await desk.AudioAsync(number, by, Caller.Of(user), ct), "audio/wav", $"message-{number}.wav"))
            .Produces<Stream>(StatusCodes.Status200OK, "audio/wav").WithSummary("A message's recording; recorded with who asked");
        group.MapPost("/{number:long}/deliver", (long number, MessageBy? asked, MessageDesk desk, ClaimsPrincipal user, CancellationToken ct) =>
            desk.DeliverAsync(number, asked?.By, Caller.Of(user), ct)).WithSummary("It was given to whom it is for");
        group.MapPost("/{number:long}/handover", (long number, MessageHandOver asked, MessageDesk desk, ClaimsPrincipal user, CancellationToken ct) =>
            desk.HandOverAsync(number, asked, Caller.Of(user), ct)).WithSummary("It was given to somebody else");
        group.MapPost("/{number:long}/close", (long number, MessageClose? asked, MessageDesk desk, ClaimsPrincipal user, CancellationToken ct) =>
            desk.CloseAsync(number, asked ?? new(null, null), Caller.Of(user), ct)).WithSummary("Nothing is left to be done with it");
        group.MapPost("/{number:long}/delete", (long number, MessageBy? asked, MessageDesk desk, ClaimsPrincipal user, CancellationToken ct) =>
            desk.DeleteAsync(number, asked?.By, Caller.Of(user), ct)).WithSummary("Delete it and its recording; the row says that there was one");
    }

    // An open one is still needed, whoever has left; of a stay's, when its guest's other data go.
    private static Task<int> EraseAsync(SwitchboardDb db, Instant before, Instant now, int atMost, CancellationToken ct) => db.Database.ExecuteSqlAsync($"""
        update messages set guest_name = null, caller_name = null, caller_number = null, text = null, handed_to = null, guest_data_erased_at = {now},
          end_reason = case when state = 'Closed' and end_reason not in ('handed over', 'not collected', 'recording failed') then 'closed' else end_reason end,
          recording_removed_at = case when recording is null then null else coalesce(recording_removed_at, {now}) end
        where id in (select m.id from messages m left join stays s on s.id = m.stay_id
          where m.guest_data_erased_at is null and m.ended_at < {before} and (m.stay_id is null or s.id is null or s.checked_out_at < {before}) limit {atMost})
        """, ct);
}
