using System.Net;
using System.Text.Json;
using Switchboard.LabTests.Lab;
using Switchboard.LabTests.Postgres;
using Switchboard.LabTests.Stays;

namespace Switchboard.LabTests.Directories;

/// <summary>Departments, managers and guests by name, as the desk asks for them.</summary>
public class DirectoryTests(PostgresServer server)
{
    [Fact]
    public async Task The_directory_is_imported_found_in_Chinese_and_English_and_replaced_as_a_whole()
    {
        await using var hotel = await LabHotel.BuildAsync(server, ["1160"]);
        await hotel.Pbx.StartAsync();
        await hotel.Worker.StartAsync();
        var file = LabFiles.Script("directory.csv");
        Assert.Contains("9 new, 0 changed, 0 as they were, 0 removed", await hotel.CliDoneAsync("directory", "import", file), StringComparison.Ordinal);
        Assert.Contains("0 new, 0 changed, 9 as they were, 0 removed", await hotel.CliDoneAsync("directory", "import", file), StringComparison.Ordinal);
        foreach (var text in (string[])["总经理", "GENERAL m", "8001", "wang"])
            Assert.Contains("王建国 Wang Jianguo", await hotel.CliDoneAsync("directory", "find", text), StringComparison.Ordinal);
        Assert.Contains("Nobody of that name", await hotel.CliDoneAsync("directory", "find", "nobody"), StringComparison.Ordinal);

        // One line is bad: nothing of it is stored.
        await RefusedAsync("key,name,extension,deputy\nnew,New,9001,\nnewer,Newer,9002,nowhere\n", "deputy", 3);
        await RefusedAsync("key,name,extension,deputy\nduty-manager,Li,8002,general-manager\n", "deputy", 2);
        await RefusedAsync("key,name,extension\nnew,New,8001\n", "extension", 2);
        // What is not named stays, extensions may change places, and who was left out may come back.
        Assert.Equal("0 2 0 0", await ImportAsync("key,name,extension\nsecurity,保安部,8500\nmedical,医务室,8400\n"));
        Assert.Equal("1 1 0 8", await ImportAsync("key,name,extension\nsecurity,保安部,8400\nspa,水疗 Spa,8500\n", replace: true));
        Assert.Equal("0 2 1 0", await ImportAsync("key,name,extension\nsecurity,保安部,8400\nmedical,医务室,8600\nsales,销售部,8700\n"));
        Assert.Equal("medical 8600, sales 8700, security 8400, spa 8500", await hotel.QueryAsync<string>(
            "select string_agg(key || ' ' || extension, ', ' order by key) from directory_entries where removed_at is null"));

        async Task<string> ImportAsync(string csv, bool replace = false)
        {
            var done = await hotel.Worker.SendAsync(HttpMethod.Post, $"/api/directory/import?replace={(replace ? "true" : "false")}", csv);
            return string.Join(' ', ((string[])["created", "updated", "unchanged", "removed"]).Select(p => done.GetProperty(p).GetInt32()));
        }

        async Task RefusedAsync(string csv, string field, int line)
        {
            using var answer = await hotel.Worker.TrySendAsync(HttpMethod.Post, "/api/directory/import", csv);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            var problem = JsonSerializer.Deserialize<JsonElement>(await answer.Content.ReadAsStringAsync());
            Assert.Equal((field, line), (problem.GetProperty("field").GetString(), problem.GetProperty("line").GetInt32()));
            Assert.Equal(9, await hotel.QueryAsync<long>("select count(*) from directory_entries"));
        }
    }

    [Fact]
    public async Task A_guest_is_found_by_a_part_of_the_name_and_it_is_on_record_who_asked()
    {
        await using var hotel = await LabHotel.BuildAsync(server, ["1161", "1162"]);
        await hotel.Pbx.StartAsync();
        await hotel.Worker.StartAsync();
        await hotel.ImportRoomsAsync();
        await StayTests.CheckInAsync(hotel, "1161", "王小明");
        await StayTests.CheckInAsync(hotel, "1162", "Zoë Miller");
        await StayTests.CheckInAsync(hotel, "1162", "Bob Gone");
        await hotel.CliDoneAsync("stay", "check-out", "1162", "--guest", "bob gone");

        Assert.Contains("1161", await hotel.CliDoneAsync("guest", "find", "王", "--by", "1007"), StringComparison.Ordinal);
        Assert.Contains("1162", await hotel.CliDoneAsync("guest", "find", "zOË MILL", "--by", "1007"), StringComparison.Ordinal);
        Assert.Contains("No guest of that name is in the house.", await hotel.CliDoneAsync("guest", "find", "Gone"), StringComparison.Ordinal);
        foreach (var text in (string[])["Z", "", "%", "王\nX"])
        {
            var (code, said) = await hotel.CliAsync("guest", "find", text);
            Assert.True(code == 1, $"'{text}': {code} {said}");
        }

        Assert.Equal("bootstrap/1007 王 1, bootstrap/1007 zOË MILL 1, bootstrap Gone 0", await hotel.QueryAsync<string>(
            "select string_agg(by || ' ' || text || ' ' || found, ', ' order by at) from guest_lookups"));
        foreach (var name in (string[])["王", "Miller", "MILL", "Gone"]) Assert.DoesNotContain(name, hotel.Worker.Log, StringComparison.Ordinal);
    }
}
