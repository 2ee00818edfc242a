using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using Switchboard.Web;

namespace Switchboard.Persistence.Local;

/// <summary>
/// One transaction, in PostgreSQL or, while that is away, in the journal on this machine: a feature loads rows, lets its entities change, and
/// commits; which of the two it was makes no difference to it but where it loads from (<see cref="IsOffline"/>).
/// </summary>
internal sealed class UnitOfWork(SwitchboardDb db, LocalStore local) : IAsyncDisposable
{
    private IDbContextTransaction? _transaction;
    private IDisposable? _alone;

    public SwitchboardDb Db => db;

    /// <summary>Rows are to be taken from the local copy (<see cref="Attach"/>): there is no database to ask.</summary>
    public bool IsOffline => _alone is not null;

    /// <summary>Is the database away, for who only looks?</summary>
    public bool MustLookLocally => !local.IsOnline && local.CanServe;

    public LocalCopy Copy => local.Copy;

    /// <summary>Begins; what was tracked before is forgotten.</summary>
    /// <exception cref="StoreAwayException">There is neither a database nor a copy.</exception>
    public async Task BeginAsync(CancellationToken ct)
    {
        await DisposeAsync();
        db.ChangeTracker.Clear();
        while (!local.IsOnline)
        {
            _alone = await local.EnterOfflineAsync(ct);
            if (_alone is not null) return;
        }

        _transaction = await db.Database.BeginTransactionAsync(ct);
    }

    /// <summary>What to say of a thing that this unit of work has not found.</summary>
    public Exception Unknown(string thing) => Unknown(thing, IsOffline);

    /// <summary>
    /// The same for who only looked, in the copy or in the database. The copy holds but the latest: what is not in it may be
    /// there all the same.
    /// </summary>
    public static Exception Unknown(string thing, bool inCopy) => inCopy
        ? new StoreAwayException(
            $"{thing} is not in this machine's copy, and the database is away: ask again when it is back. Nothing was changed")
        : new NotFoundException($"there is no {thing}");

    /// <summary>A row of the local copy, to be changed.</summary>
    public T? Attach<T>(T? row) where T : class
    {
        if (row is null) return null;
        // One that this unit of work has already is the one to be changed.
        var key = local.Images.KeyOf(row);
        if (db.ChangeTracker.Entries<T>().FirstOrDefault(e => local.Images.KeyOf(e.Entity).Equals(key)) is { } tracked) return tracked.Entity;
        var copy = local.Images.Clone(row);
        db.Attach(copy);
        return copy;
    }

    /// <summary>Stores everything, or throws and nothing is stored.</summary>
    public async Task CommitAsync(CancellationToken ct)
    {
        var changed = db.ChangeTracker.Entries().Where(e => e.State is EntityState.Added or EntityState.Modified).ToList();
        if (IsOffline)
        {
            CommitOffline(changed);
        }
        else
        {
            await db.SaveChangesAsync(ct);
            await _transaction!.CommitAsync(ct);
            local.Committed(changed.Select(e => e.Entity));
        }

        await DisposeAsync();
    }

    /// <summary>The same, where a row whose id is derived may be there already: then this was done before, and is not done again. False then.</summary>
    public async Task<bool> CommitOnceAsync(CancellationToken ct)
    {
        try
        {
            await CommitAsync(ct);
            return true;
        }
        catch (DbUpdateException known) when (known.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
        {
            await DisposeAsync();
            db.ChangeTracker.Clear();
            return false;
        }
    }

    /// <summary>Ends; without a commit nothing was done.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_transaction is not null) await _transaction.DisposeAsync();
        _transaction = null;
        if (_alone is not null) db.ChangeTracker.Clear();
        _alone?.Dispose();
        _alone = null;
    }

    private void CommitOffline(List<EntityEntry> changed)
    {
        foreach (var entry in changed.Where(e => e.State == EntityState.Added && local.IsNumbered(e.Entity)))
        {
            if (entry.Property("Number") is { CurrentValue: 0L } number) number.CurrentValue = local.NumberFor(entry.Entity);
        }

        if (changed.Count > 0) local.CommitOffline([.. changed.Select(e => (e.Entity, RowImages.Of(e)))]);
    }
}
