using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using NodaTime;
using Npgsql;
using Switchboard.Features.WakeUpCalls;
using Switchboard.Web;

namespace Switchboard.Tests.Web;

public class ProblemTests
{
    private static Task<WebHost> Throwing(Exception exception) =>
        WebHost.StartAsync(routes => routes.MapGet("/thing/{id}", (string id) => Throw(exception)).AllowAnonymous());

    private static Task<WebHost> Booking() => WebHost.StartAsync(routes =>
        routes.MapPost("/book", (WakeUpRequest request) => new { request.Room, Date = new LocalDate(2026, 11, 24), Due = Instant.FromUtc(2026, 11, 23, 22, 30) }).AllowAnonymous());

    private static IResult Throw(Exception exception) => throw exception;

    internal static async Task<JsonNode> ProblemOf(HttpResponseMessage answer, HttpStatusCode status)
    {
        Assert.Equal(status, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        var problem = (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
        Assert.Equal((int)status, (int)problem["status"]!);
        return problem;
    }

    [Fact]
    public async Task Refused_input_is_a_400_with_field_value_allowed_and_line()
    {
        await using var web = await Throwing(new InvalidInputException("number", "12 03", "must be 1 to 10 letters or digits", 7));
        var problem = await ProblemOf(await web.Http.GetAsync("/thing/1"), HttpStatusCode.BadRequest);
        Assert.Equal("number", (string?)problem["field"]);
        Assert.Equal("12 03", (string?)problem["value"]);
        Assert.Equal("must be 1 to 10 letters or digits", (string?)problem["allowed"]);
        Assert.Equal(7, (int)problem["line"]!);
        Assert.Equal("line 7: number '12 03': must be 1 to 10 letters or digits", (string?)problem["detail"]);
        Assert.Empty(web.Log.Lines);
    }

    [Fact]
    public async Task A_long_value_is_cut_and_never_through_a_character()
    {
        await using var web = await Throwing(new InvalidInputException("time", new string('x', 99) + "😀" + new string('y', 5000), "must be HH:MM"));
        var problem = await ProblemOf(await web.Http.GetAsync("/thing/1"), HttpStatusCode.BadRequest);
        Assert.Equal(new string('x', 99) + "…", (string?)problem["value"]);
        Assert.DoesNotContain("yyy", (string?)problem["detail"]);
    }

    [Fact]
    public async Task What_does_not_exist_is_a_404_and_what_the_state_forbids_a_409()
    {
        await using var missing = await Throwing(new NotFoundException("there is no wake-up 12"));
        Assert.Equal("there is no wake-up 12", (string?)(await ProblemOf(await missing.Http.GetAsync("/thing/1"), HttpStatusCode.NotFound))["detail"]);
        await using var conflict = await Throwing(new ConflictException("it rings just now"));
        Assert.Equal("it rings just now", (string?)(await ProblemOf(await conflict.Http.GetAsync("/thing/1"), HttpStatusCode.Conflict))["detail"]);
    }

    [Fact]
    public async Task An_unexpected_failure_is_a_500_without_details_and_logged_once()
    {
        await using var web = await Throwing(new InvalidOperationException("secret of the house"));
        var answer = await web.Http.GetAsync("/thing/guest-name");
        Assert.DoesNotContain("secret", await answer.Content.ReadAsStringAsync());
        await ProblemOf(answer, HttpStatusCode.InternalServerError);
        Assert.Equal(["6000 Error A request failed: GET /thing/{id} [InvalidOperationException]"], web.Log.Lines);
    }

    [Fact]
    public async Task A_database_that_is_away_is_a_503_that_says_so_and_warns_once()
    {
        await using var web = await Throwing(new InvalidOperationException("wrapped by EF", new NpgsqlException("Failed to connect", new TimeoutException())));
        var answer = await web.Http.GetAsync("/thing/1");
        await web.Http.GetAsync("/thing/2");
        Assert.StartsWith("The database does not answer.", (string?)(await ProblemOf(answer, HttpStatusCode.ServiceUnavailable))["detail"]);
        Assert.StartsWith("6002 Warning", Assert.Single(web.Log.Lines));
    }

    [Fact]
    public async Task A_database_without_the_tables_is_a_503_and_a_broken_rule_of_it_is_not()
    {
        await using var early = await Throwing(new PostgresException("relation does not exist", "ERROR", "ERROR", PostgresErrorCodes.UndefinedTable));
        Assert.StartsWith("The database is not prepared yet", (string?)(await ProblemOf(await early.Http.GetAsync("/thing/1"), HttpStatusCode.ServiceUnavailable))["detail"]);
        await using var broken = await Throwing(new PostgresException("check", "ERROR", "ERROR", PostgresErrorCodes.CheckViolation));
        await ProblemOf(await broken.Http.GetAsync("/thing/1"), HttpStatusCode.InternalServerError);
    }

    [Fact]
    public async Task Json_is_camel_case_with_iso_dates()
    {
        await using var web = await Booking();
        var answer = await web.Http.PostAsync("/book", WebHost.Json("""{"room":"1203"}"""));
        Assert.Equal("""{"room":"1203","date":"2026-11-24","due":"2026-11-23T22:30:00Z"}""", await answer.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("""{"room":"1203","tiem":"06:30"}""", "tiem", "is not a member of this request")]
    [InlineData("""{"Room":"1203"}""", "Room", "is not a member of this request")]
    [InlineData("""{"room":"1203","room":"1204"}""", "room", "is given twice")]
    [InlineData("""{"room":1203}""", "room", "is not of the right JSON type")]
    [InlineData("""{"requireKey":"true"}""", "requireKey", "is not of the right JSON type")]
    [InlineData("""{"room":"1203" """, "body", "is not valid JSON")]
    [InlineData("not json at all", "body", "is not valid JSON")]
    [InlineData("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]", "body", "is not of the right JSON type")]
    public async Task A_body_that_does_not_fit_is_a_400_that_names_the_place(string body, string field, string allowed)
    {
        await using var web = await Booking();
        var problem = await ProblemOf(await web.Http.PostAsync("/book", WebHost.Json(body)), HttpStatusCode.BadRequest);
        Assert.Equal(field, (string?)problem["field"]);
        Assert.Equal(allowed, (string?)problem["allowed"]);
        Assert.Empty(web.Log.Lines);
    }

    [Fact]
    public async Task Bytes_that_are_no_utf8_are_a_400()
    {
        await using var web = await Booking();
        using var body = new ByteArrayContent([.. "{\"room\":\""u8, 0xff, 0xfe, .. "\"}"u8]);
        body.Headers.ContentType = new("application/json");
        await ProblemOf(await web.Http.PostAsync("/book", body), HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task An_empty_body_is_a_400()
    {
        await using var web = await Booking();
        await ProblemOf(await web.Http.PostAsync("/book", WebHost.Json("")), HttpStatusCode.BadRequest);
    }
}
