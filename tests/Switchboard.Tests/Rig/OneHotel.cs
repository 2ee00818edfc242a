using Switchboard.Features.WakeUpCalls;

namespace Switchboard.Tests.Rig;

/// <summary>Tests that each have a small hotel of their own.</summary>
public abstract class OneHotel : IAsyncLifetime
{
    private protected SmallHotel Hotel { get; set; } = null!;

    public virtual async ValueTask InitializeAsync() => Hotel = await SmallHotel.OpenAsync();

    public async ValueTask DisposeAsync()
    {
        await Hotel.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}

/// <summary>The same, and room 1101 wants to be woken at six.</summary>
public abstract class OneBooking : OneHotel
{
    private protected WakeUpView Booked { get; private set; } = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Booked = await Hotel.BookAsync("1101", "06:00");
    }
}
