using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Switchboard.EventRecord;
using Switchboard.Features.Access;
using Switchboard.Features.Hotel;
using Switchboard.Persistence.Local;
using Switchboard.Web;

namespace Switchboard.Features.Rooms;

internal static class RoomSetup
{
    private const int LargestImport = 4 * 1024 * 1024;

    public static IServiceCollection AddRooms(this IServiceCollection services) => services
        .AddScoped<RoomRegister>().AddSingleton<RoomPhones>()
        .AddSingleton<RoomOfPhone>(provider => provider.GetRequiredService<RoomPhones>().RoomOf)
        .AddSingleton(provider => new LocalCopyPart(typeof(Room), async (db, _, ct) => await db.Set<Room>().AsNoTracking().ToListAsync(ct), _ => true)
        {
            Filled = provider.GetRequiredService<RoomPhones>().Take,
        });

    public static void MapRooms(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/rooms").WithTags("Rooms");
        group.MapGet("/", (RoomRegister rooms, CancellationToken ct) => rooms.ListAsync(ct)).RequireAuthorization(Policies.AnyRole).WithMetadata(new AnswersWithoutDatabase())
            .WithSummary("Every room with its phones, floor, language and PBX");
        group.MapPost("/import", ImportAsync).RequireAuthorization(Policies.Admin).WithBodyLimit(LargestImport).Accepts<string>("text/csv")
            .WithSummary("Import rooms from CSV: updates and adds, never deletes; with a bad line nothing is imported");
    }

    private static async Task<RoomImportResult> ImportAsync(
        HttpRequest request, RoomRegister rooms, IOptions<HotelOptions> hotel, ILogger<RoomRegister> log, CancellationToken ct)
    {
        using var csv = new StringReader(await CsvTable.ReadAsync(request, ct));
        var result = await rooms.ImportAsync(RoomCsv.Parse(csv, hotel.Value.LanguageList), ct);
        log.Imported(result.Created, result.Updated, result.Unchanged);
        return result;
    }
}

/// <summary>Event ids 4100 to 4199.</summary>
internal static partial class RoomLog
{
    [LoggerMessage(4100, LogLevel.Information, "Rooms imported: {Created} new, {Updated} changed, {Unchanged} as they were")]
    public static partial void Imported(this ILogger logger, int created, int updated, int unchanged);
}
