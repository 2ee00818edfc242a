using Microsoft.Extensions.Options;
using NodaTime;
using NodaTime.Testing;
using Switchboard.Features.Staff;
using Switchboard.Web;

namespace Switchboard.Tests.Staff;

/// <summary>PINs, their hashes, and the locks after wrong ones.</summary>
public class StaffTests
{
    private static readonly Instant Now = Instant.FromUtc(2026, 11, 26, 2, 0);
    private static readonly StaffOptions Defaults = new();
    private readonly StaffMember _member = new("1007", "Wang Fang", StaffRoles.Operator, "-", "admin", Now);

    [Fact]
    public void A_PIN_is_stored_salted_with_its_parameters_and_only_the_right_one_matches()
    {
        var (one, two) = (PinHash.Of("4711"), PinHash.Of("4711"));
        Assert.NotEqual(one, two);
        Assert.StartsWith("pbkdf2-sha256$200000$", one, StringComparison.Ordinal);
        Assert.DoesNotContain("4711", one.Replace("$200000$", "", StringComparison.Ordinal)[13..], StringComparison.Ordinal);
        Assert.True(PinHash.Matches(one, "4711") && PinHash.Matches(two, "4711"));
        Assert.False(PinHash.Matches(one, "4712") || PinHash.Matches(one, "") || PinHash.Matches(PinHash.Nobody, "4711"));
        var older = PinHash.Of("4711", 1000);
        Assert.True(PinHash.Matches(older, "4711") && PinHash.IsOld(older) && !PinHash.IsOld(one));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("123")]
    [InlineData("123456789")]
    [InlineData("12a4")]
    [InlineData("４７１１")]
    [InlineData("4711\n")]
    [InlineData("0000")]
    [InlineData("77777777")]
    [InlineData("1234")]
    [InlineData("7890")]
    [InlineData("4321")]
    [InlineData("2109")]
    [InlineData("5813")] // the staff number
    public void What_is_no_PIN_or_the_first_that_everybody_would_try_is_refused_and_is_in_no_message(string? pin)
    {
        var refused = Assert.Throws<InvalidInputException>(() => StaffDesk.CheckPin(pin, "5813"));
        Assert.Equal(("pin", null), (refused.Field, refused.Value));
    }

    [Theory]
    [InlineData("4711")]
    [InlineData("1235")]
    [InlineData("00001")]
    [InlineData("27182818")]
    public void Any_other_four_to_eight_digits_are_a_PIN(string pin) => StaffDesk.CheckPin(pin, "1007");

    [Fact]
    public void Five_wrong_PINs_in_a_row_lock_the_number_for_a_quarter_of_an_hour()
    {
        for (var left = 4; left > 0; left--) Assert.Equal(new PinAnswer(PinVerdict.Wrong, left), _member.Try(false, Now, Defaults));
        var until = Now + Duration.FromMinutes(15);
        Assert.Equal(new PinAnswer(PinVerdict.Locked, Until: until), _member.Try(false, Now, Defaults));
        // Neither the right one nor more wrong ones change that.
        Assert.Equal(new PinAnswer(PinVerdict.Locked, Until: until), _member.Try(true, Now + Duration.FromMinutes(14), Defaults));
        Assert.Equal(new PinAnswer(PinVerdict.Locked, Until: until), _member.Try(false, Now + Duration.FromMinutes(14), Defaults));
        Assert.Equal(PinVerdict.Right, _member.Try(true, until, Defaults).Verdict);
        Assert.Null(_member.LockedUntil);
    }

    [Fact]
    public void After_a_lock_there_are_five_tries_again_and_a_right_one_forgives_the_wrong_ones_before()
    {
        for (var i = 0; i < 5; i++) _member.Try(false, Now, Defaults);
        var later = Now + Duration.FromMinutes(15);
        Assert.Equal(new PinAnswer(PinVerdict.Wrong, 4), _member.Try(false, later, Defaults));
        Assert.Equal(PinVerdict.Right, _member.Try(true, later, Defaults).Verdict);
        Assert.Equal(new PinAnswer(PinVerdict.Wrong, 4), _member.Try(false, later, Defaults));
    }

    [Fact]
    public void Unlocking_and_another_PIN_end_a_lock_and_a_disabled_number_is_unknown_for_good()
    {
        for (var i = 0; i < 5; i++) _member.Try(false, Now, Defaults);
        _member.Unlock();
        Assert.Equal(PinVerdict.Right, _member.Try(true, Now, Defaults).Verdict);
        for (var i = 0; i < 5; i++) _member.Try(false, Now, Defaults);
        _member.SetPin("other");
        Assert.Equal(PinVerdict.Right, _member.Try(true, Now, Defaults).Verdict);
        _member.Disable("admin", Now);
        Assert.Equal(PinVerdict.Unknown, _member.Try(true, Now, Defaults).Verdict);
    }

    [Fact]
    public void Five_wrong_tries_in_a_row_lock_the_phone_and_no_other_one()
    {
        var clock = new FakeClock(Now);
        var phones = new PhoneLocks(Options.Create(new StaffOptions()), clock);
        for (var i = 0; i < 4; i++) Assert.Null(phones.Wrong("PJSIP/1203"));
        phones.Right("PJSIP/1203");
        for (var i = 0; i < 4; i++) Assert.Null(phones.Wrong("PJSIP/1203"));
        var until = phones.Wrong("PJSIP/1203");
        Assert.Equal(Now + Duration.FromMinutes(15), until);
        Assert.Equal((until, null), (phones.LockedUntil("PJSIP/1203"), phones.LockedUntil("PJSIP/1204")));
        clock.AdvanceMinutes(15);
        Assert.Null(phones.LockedUntil("PJSIP/1203"));
        Assert.Null(phones.Wrong("PJSIP/1203"));
    }
}
