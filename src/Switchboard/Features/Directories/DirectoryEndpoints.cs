using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using NodaTime;
using Switchboard.Features.Access;
using Switchboard.Features.Hotel;
using Switchboard.Persistence.Local;
using Switchboard.Web;

namespace Switchboard.Features.Directories;

/// <summary>An entry of the directory, and whether somebody is there now.</summary>
public sealed record DirectoryView(
    string Key, string Name, string? Title, string Extension, string? Hours, bool InOffice, string? Mobile, string? Mail, string? Deputy, IReadOnlyList<string> Languages);

/// <summary>What an import did.</summary>
public sealed record DirectoryImportResult(int Created, int Updated, int Unchanged, int Removed);

internal static class DirectorySetup
{
    private const int LargestImport = 1024 * 1024;

    public static IServiceCollection AddDirectory(this IServiceCollection services) => services
        .AddScoped<DirectoryBook>()
        .AddSingleton<DirectoryProjection>()
        .AddSingleton(provider => provider.GetRequiredService<DirectoryProjection>().Persons())
        .AddSingleton(new LocalCopyPart(typeof(DirectoryEntry), async (db, _, ct) =>
            await db.Set<DirectoryEntry>().AsNoTracking().Where(e => e.RemovedAt == null).ToListAsync(ct), row => row is DirectoryEntry { RemovedAt: null }));

    public static void MapDirectory(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/directory").WithTags("Directory").WithMetadata(new AnswersWithoutDatabase());
        group.MapGet("/", async (string? find, DirectoryBook book, IClock clock, CancellationToken ct) =>
        {
            var now = clock.GetCurrentInstant();
            return (await book.FindAsync(find, ct)).Select(e => new DirectoryView(
                e.Key, e.Name, e.Title, e.Extension, e.Hours, book.IsInOffice(e, now), e.Mobile, e.Mail, e.Deputy, e.Languages));
        }).RequireAuthorization(Policies.Operator).WithSummary("Departments and managers; with find, those that have the text in key, name, title or extension");
        group.MapPost("/import", ImportAsync).RequireAuthorization(Policies.Admin).WithBodyLimit(LargestImport).Accepts<string>("text/csv")
            .WithSummary("Import departments and managers from CSV: updates and adds, and with replace removes what the file leaves out; with a bad line nothing is imported");
    }

    private static async Task<DirectoryImportResult> ImportAsync(
        HttpRequest request, bool? replace, DirectoryBook book, IOptions<HotelOptions> hotel, ILogger<DirectoryBook> log, CancellationToken ct)
    {
        using var csv = new StringReader(await CsvTable.ReadAsync(request, ct));
        var result = await book.ImportAsync(DirectoryCsv.Parse(csv, hotel.Value.LanguageList), replace ?? false, ct);
        log.Imported(result.Created, result.Updated, result.Unchanged, result.Removed);
        return result;
    }
}

/// <summary>Event ids 4650 to 4699.</summary>
internal static partial class DirectoryLog
{
    [LoggerMessage(4650, LogLevel.Information, "Directory imported: {Created} new, {Updated} changed, {Unchanged} as they were, {Removed} removed")]
    public static partial void Imported(this ILogger logger, int created, int updated, int unchanged, int removed);
}
