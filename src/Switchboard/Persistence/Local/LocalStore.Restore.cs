using Npgsql;
using Switchboard.Duty;

namespace Switchboard.Persistence.Local;

/// <summary>What is done when the database was restored from a backup: nothing that this machine kept of the former one may get into it.</summary>
internal sealed partial class LocalStore
{
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private LocalBase? _base;
    private volatile bool _ending;

    /// <summary>
    /// Looks whether the database was restored since this machine's files were written. If so they are put aside; a worker whose memory is of the
    /// former database as well ends, to be started anew with an empty one. True then, and nothing may be done with the database any more.
    /// </summary>
    internal async Task<bool> NoticeRestoreAsync(SwitchboardDb db, CancellationToken ct)
    {
        if (_ending) return true;
        await _opened.Task.WaitAsync(ct);
        if (await LastRestoreAsync(db, ct) is not { } restore || _base is not { } known || known.Restore == restore.Id) return _ending;
        var (taken, restored) = (restore.BackupTakenAt.ToString(), restore.RestoredAt.ToString());
        if (_mine || CanServe)
        {
            _log.RestoredMeanwhile(restored, restore.Backup, taken);
            await EndAsync(ct);
            return true;
        }

        var facts = Facts.Waiting().Count();
        var aside = PutAside(known);
        try
        {
            known.Take(restore.Id);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            // The next start puts aside once more what is made from now on, and loses nothing by it but the copy.
            _log.BaseNotNoted(refused.Message);
        }

        if (aside is not null) _log.PutAside(restored, restore.Backup, taken, aside, facts);
        return false;
    }

    private async Task<DatabaseRestore?> LastRestoreAsync(SwitchboardDb db, CancellationToken ct)
    {
        try
        {
            return await DatabaseRestore.LastAsync(db, ct);
        }
        catch (PostgresException older) when (older.SqlState == PostgresErrorCodes.UndefinedTable && _startup.IsReady)
        {
            // It had that table when this worker began: a backup of an older version was restored meanwhile, which a start migrates and settles.
            _log.OlderBase();
            await EndAsync(ct);
            return null;
        }
    }

    private async Task EndAsync(CancellationToken ct)
    {
        _ending = true;
        await using var scope = _scopes.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<WorkerEnd>().EndAsync(WorkerEnd.StartAgain, ct);
    }

    /// <summary>Where to, or null where there was nothing.</summary>
    /// <exception cref="IOException">The disk refuses: then the database must not be worked with, or it would be drained into it.</exception>
    private string? PutAside(LocalBase known)
    {
        // A first start has made them empty a moment ago.
        if (Copy.All().Count == 0 && Facts.IsEmpty && !_numbers.Any) return null;
        var aside = known.MakeAside(_time.GetUtcNow());
        _usable = false;
        Copy.Clear();
        Facts.PutAside(Path.Combine(aside, "facts"));
        _file.PutAside(Path.Combine(aside, "copy"));
        _numbers.PutAside(Path.Combine(aside, "numbers.json"));
        return aside;
    }
}
