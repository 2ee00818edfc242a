using Switchboard.LabTests.Lab;
using Switchboard.LabTests.Postgres;

namespace Switchboard.LabTests.DoNotDisturb;

/// <summary>What operators do at their phones, by staff number and PIN.</summary>
public class OperatorPhoneTests(PostgresServer server)
{
    private const string Operator = "0001";

    // Staff number and PIN, each after its question.
    private static string Typed(string first, string pin) => $"{first}w2500,1,0,0,7,#,w2500,{string.Join(',', pin.ToCharArray())},#";

    [Fact]
    public async Task An_operator_locks_releases_and_rings_through_with_staff_number_and_PIN_and_each_is_in_his_name()
    {
        await using var hotel = await OpenAsync(["1301", "2302"]);
        await hotel.Phones.CallAsync(Operator, "*781301", "--keys", Typed("", "4711"), "--for", "1500");
        await hotel.Worker.WaitForLogAsync("room 1301 locked by PJSIP/0001/1007 (operator)");
        // Ringing through.
        await hotel.Phones.CallAsync(Operator, "1301", "--keys", Typed("w1500,9,", "4711"), "--for", "3000");
        await hotel.Phones.WaitForAsync("1301", "ANSWER");
        Assert.True(await Eventually.TrueAsync(async () => await hotel.QueryAsync<string>("select string_agg(outcome || ' ' || coalesce(by, '-'), ', ' order by at, outcome) from locked_calls") == "operator-asked-through -, operator-through 1007", TimeSpan.FromSeconds(5)),
            $"{await hotel.QueryAsync<string>("select string_agg(outcome || ' ' || coalesce(by, '-'), ', ' order by at, outcome) from locked_calls")}\n{hotel.Worker.Log}");
        await hotel.Phones.CallAsync(Operator, "*791301", "--keys", Typed("", "4711"), "--for", "1500");
        await hotel.Worker.WaitForLogAsync("room 1301 released by PJSIP/0001/1007 (operator)");
        // Released once more: refused, and nothing is changed.
        await hotel.Phones.CallAsync(Operator, "*791301", "--keys", Typed("", "4711"), "--for", "1500");
        Assert.Equal(1, await hotel.QueryAsync<long>("select count(*) from room_locks where released_at is not null"));
        Assert.Equal("Right", await hotel.QueryAsync<string>("select string_agg(distinct result, ',') from staff_pin_tries"));
        // The record has the keys, and not which they were. The 9 before them was no secret; stored after the question had begun, it is hidden as well.
        Assert.True(await Eventually.TrueAsync(async () => await hotel.QueryAsync<string>("select string_agg(distinct headers ->> 'Digit', '' order by headers ->> 'Digit') from pbx_events where event in ('DTMFBegin', 'DTMFEnd') and channel like 'PJSIP/0001%'") is "*9" or "*", TimeSpan.FromSeconds(5)),
            await hotel.QueryAsync<string>("select string_agg(distinct headers ->> 'Digit', '') from pbx_events where event in ('DTMFBegin', 'DTMFEnd')"));
        Assert.DoesNotContain("4711", hotel.Worker.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_guesses_PINs_locks_the_staff_number_and_the_phone_and_the_room_stays_as_it_is()
    {
        await using var hotel = await OpenAsync(["1303"]);
        await hotel.Phones.CallAsync(Operator, "*781303", "--keys", $"{Typed("", "4712")},{Typed("w3000,", "4713")},{Typed("w3000,", "4714")}", "--for", "1500");
        await hotel.Phones.CallAsync(Operator, "*781303", "--keys", $"{Typed("", "4715")},{Typed("w3000,", "4716")}", "--for", "1500");
        await hotel.Worker.WaitForLogAsync("1007");
        // The right one comes too late.
        await hotel.Phones.CallAsync(Operator, "*781303", "--keys", Typed("", "4711"), "--for", "1500");
        Assert.Equal(0, await hotel.QueryAsync<long>("select count(*) from room_locks"));
        Assert.Equal("Wrong,Wrong,Wrong,Wrong,Locked,PhoneLocked", await hotel.QueryAsync<string>("select string_agg(result, ',' order by at) from staff_pin_tries"));
        Assert.Equal(1, hotel.Worker.Log.Split('\n').Count(l => l.Contains("WARN", StringComparison.Ordinal) && l.Contains("1007", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task With_the_worker_away_an_operators_code_ends_at_the_other_operators_and_never_in_silence()
    {
        await using var hotel = await OpenAsync(["1304"]);
        await hotel.Worker.StopAsync();
        await hotel.Phones.CallUntilAnOperatorAnswersAsync(Operator, "*781304");
        Assert.Equal(0, await hotel.QueryAsync<long>("select count(*) from room_locks"));
    }

    [Fact]
    public async Task A_wake_up_rings_through_a_lock_and_that_is_recorded()
    {
        await using var hotel = await OpenAsync(["1305"]);
        await hotel.CliDoneAsync("dnd", "set", "1305");
        await hotel.WaitForStateAsync(await hotel.BookAsync("1305"), "Confirmed");
        Assert.True(await Eventually.TrueAsync(async () => await hotel.QueryAsync<string>("select string_agg(outcome, ',') from locked_calls where room = '1305' and room_lock_id is not null") == "wake-up-through", TimeSpan.FromSeconds(5)), hotel.Worker.Log);
        Assert.Contains("wake-up-through", await hotel.CliDoneAsync("dnd", "history", "1305"), StringComparison.Ordinal);
    }

    private async Task<LabHotel> OpenAsync(string[] rooms)
    {
        var hotel = await LabHotel.OpenAsync(server, rooms);
        hotel.Pbx.ShortenPrompts();
        await hotel.Worker.SendAsync(HttpMethod.Post, "/api/staff", new { number = "1007", name = "Wang Fang", pin = "4711" });
        return hotel;
    }
}
