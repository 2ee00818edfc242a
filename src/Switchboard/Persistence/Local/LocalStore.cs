using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.Extensions.Options;
using NodaTime;
using Npgsql;
using Switchboard.Duty;
using Switchboard.Journal;
using Switchboard.Web;

namespace Switchboard.Persistence.Local;

/// <summary>
/// Whether PostgreSQL is worked with, or this machine's copy and journal in its stead. Online means: the worker's lock is held and everything that
/// was done without it is stored. Between the two there is no moment in which a unit of work could go astray: see <see cref="UnitOfWork"/>.
/// </summary>
internal sealed partial class LocalStore : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LookEveryOnline = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RefillEvery = TimeSpan.FromHours(1);

    // Database and worker may go together, they may be on one machine: then the other one goes on from a copy of a minute ago.
    private static readonly TimeSpan RefillStandingBy = TimeSpan.FromMinutes(1);

    private readonly string _pbx;
    private readonly WorkerDuty _duty;
    private readonly WorkerLease _lease;
    private readonly DatabaseStartup _startup;
    private readonly IServiceScopeFactory _scopes;
    private readonly IReadOnlyList<LocalCopyPart> _parts;
    private readonly JournalOptions _options;
    private readonly TimeProvider _time;
    private readonly IClock _clock;
    private readonly ILogger<LocalStore> _log;
    private readonly LocalCopyFile _file;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly NumberStock _numbers;
    private readonly long _start;
    private volatile bool _online;
    private volatile bool _usable;
    private volatile bool _mine;
    private bool _toldOffline;
    private string? _unusable;
    private volatile CancellationTokenSource _whileOnline = new();
    private volatile TaskCompletionSource _woken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long? _filled;
    private long? _stoodReady;
    private int _drained;

    public LocalStore(
        string pbx, LocalCopy copy, WorkerDuty duty, WorkerLease lease, DatabaseStartup startup, IServiceScopeFactory scopes, IEnumerable<LocalCopyPart> parts, IOptions<JournalOptions> options, TimeProvider time, IClock clock, ILogger<LocalStore> log)
    {
        (_pbx, _duty, _lease, _startup, _scopes, _parts, _options, _time, _clock, _log) = (pbx, duty, lease, startup, scopes, [.. parts], options.Value, time, clock, log);
        Copy = copy;
        duty.Serves = () => lease.IsHeld || CanServe;
        Images = new RowImages(ModelOf(scopes));
        _file = new LocalCopyFile(Copy, Images, time, log);
        Facts = new FactJournal(Images, pbx, clock, log);
        _numbers = new NumberStock(Path.Combine(Folder, "numbers.json"));
        _start = time.GetTimestamp();
    }

    public LocalCopy Copy { get; }
    internal RowImages Images { get; }
    internal FactJournal Facts { get; }

    /// <summary>PostgreSQL is worked with.</summary>
    public bool IsOnline => _online;

    /// <summary>Work can be done: with PostgreSQL, or for the coming day without. Only by the worker that serves the PBX.</summary>
    public bool CanServe => _duty.IsOn && (_online || (_usable && (_mine || IsAwayAtStart)));

    /// <summary>There is a copy to go on from: of this life, or of an earlier one.</summary>
    public bool HasCopy => _usable;

    /// <summary>When this life has last read all that the copy holds, or null.</summary>
    public Instant? FilledAt { get; private set; }

    /// <summary>Ends with the present time online: what waits for the database then waits no longer.</summary>
    public CancellationToken WhileOnline => _whileOnline.Token;

    /// <summary>Since when it is gone on without PostgreSQL, or null.</summary>
    public Instant? OfflineSince { get; private set; }

    /// <summary>Raised when <see cref="IsOnline"/> or <see cref="CanServe"/> may have changed.</summary>
    public event Action? ModeChanged;

    /// <summary>Why this machine's copy or journal cannot be used or written, or null.</summary>
    public string? Trouble => Facts.Trouble ?? _file.Trouble ?? _unusable;

    /// <summary>Units of work wait for the database.</summary>
    public bool HasFacts => !Facts.IsEmpty;

    public long JournalSize => Facts.Size;
    public long JournalLimit => _options.FactsLimit;

    private string Folder => Path.Combine(_options.Directory, _pbx);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        OpenFiles();
        Identify();
        _opened.TrySetResult();
        _lease.Changed += LeaseChanged;
        _duty.Changed += () => _woken.TrySetResult();
        try
        {
            await Task.WhenAll(LookAsync(stoppingToken), _file.RunAsync(stoppingToken));
        }
        finally
        {
            _file.Dispose();
            Facts.Dispose();
        }
    }

    /// <summary>Enters as the only one who works without PostgreSQL; null when it is back.</summary>
    /// <exception cref="StoreAwayException">There is neither PostgreSQL nor a copy to work with.</exception>
    internal async Task<IDisposable?> EnterOfflineAsync(CancellationToken ct)
    {
        // The lock is ours and what was left is being stored: a moment.
        for (var looks = 0; !CanServe && _lease.IsHeld && looks < 50; looks++) await Task.Delay(TimeSpan.FromMilliseconds(100), _time, ct);
        if (!CanServe) throw new StoreAwayException();
        if (_online) return null;
        await _gate.WaitAsync(ct);
        if (!_online) return new Leave(_gate);
        _gate.Release();
        return null;
    }

    /// <summary>Reserved for this row, which has none yet.</summary>
    /// <exception cref="StoreAwayException">None is left.</exception>
    internal long NumberFor(object row) => PartOf(row) is { Numbers: { } numbers } ? _numbers.Take(numbers.Table) ?? throw new StoreAwayException() : 0;

    internal bool IsNumbered(object row) => PartOf(row)?.Numbers is not null;

    /// <summary>Takes over what was committed to PostgreSQL.</summary>
    internal void Committed(IEnumerable<object> rows)
    {
        foreach (var row in rows)
        {
            if (PartOf(row) is not { } part) continue;
            var key = Images.KeyOf(row);
            if (part.IsWanted(row))
            {
                var kept = Images.Clone(row);
                Copy.Put(kept, key);
                _file.Put(kept);
            }
            else if (Copy.Contains(row.GetType(), key))
            {
                Copy.Remove(row.GetType(), key);
                _file.Remove(row);
            }
        }
    }

    /// <summary>Takes over what was changed in PostgreSQL past the units of work, in rows that are here.</summary>
    internal void Apply<T>(IEnumerable<(object Key, Action<T> Change)> rows) where T : class
    {
        foreach (var (key, change) in rows)
        {
            if (Copy.Find<T>(key) is not { } known) continue;
            var row = Images.Clone(known);
            change(row);
            Copy.Put(row, key);
            _file.Put(row);
        }
    }

    /// <summary>Syncs what was done to the disk, then takes it over. While the database is away nothing leaves the copy: it is all that people can look at.</summary>
    internal void CommitOffline(IReadOnlyList<(object Row, RowImage Image)> rows)
    {
        Facts.Append(new Fact(_clock.GetCurrentInstant(), [.. rows.Select(r => r.Image)]));
        foreach (var (row, image) in rows) Copy.Put(Images.Clone(row), Images.KeyOf(image));
    }

    private LocalCopyPart? PartOf(object row) => _parts.FirstOrDefault(p => p.Entity == row.GetType());

    private void OpenFiles()
    {
        try
        {
            Directory.CreateDirectory(Folder);
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            _file.Open(Path.Combine(Folder, "copy"));
            Facts.Open(Path.Combine(Folder, "facts"), _options.FactsLimit);
            _numbers.Load();
            (_base = new LocalBase(Folder)).Load();
            _usable = _file.Load(_clock.GetCurrentInstant());
            if (_usable) Replay();
        }
        catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException or JournalInUseException or System.Text.Json.JsonException)
        {
            _usable = false;
            Copy.Clear();
            _unusable = unusable.Message;
            _log.Unusable(unusable.Message);
        }
    }

    /// <summary>A folder that another process has, or that cannot be written, says nothing of this one: then it is known for this life only.</summary>
    private void Identify()
    {
        var id = WorkerId.New();
        try
        {
            if (Facts.IsOpen) id = WorkerId.Of(Folder);
        }
        catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException)
        {
            // Told with the copy or the journal, which need the same folder.
        }

        _duty.Identify(id);
    }

    /// <summary>What an earlier life did without PostgreSQL is newer than its copy.</summary>
    private void Replay()
    {
        foreach (var image in Facts.Waiting().SelectMany(f => f.Rows))
        {
            var key = Images.KeyOf(image);
            var known = key is null ? null : Copy.Find(Images.TypeOf(image.Entity).ClrType, key);
            if (known is null)
            {
                if (image.Added) Copy.Put(Images.Materialize(image), key);
                continue;
            }

            var row = Images.Clone(known);
            foreach (var (name, value) in Images.Values(image)) Images.TypeOf(image.Entity).FindProperty(name)!.PropertyInfo!.SetValue(row, value);
            Copy.Put(row, key);
        }

        foreach (var part in _parts) part.Filled?.Invoke(Copy);
    }

    // Another worker may hold the lock while ours waits for it: only a database that does not answer is done without.
    private bool IsAwayAtStart => !_startup.IsReady && _startup.Trouble is not null && _time.GetElapsedTime(_start) > _lease.Patience;

    // One that failed is due again at once: until then there may be nothing to go on from.
    private TimeSpan UntilFill => _filled is { } then ? RefillEvery - _time.GetElapsedTime(then) : TimeSpan.Zero;

    private void LeaseChanged()
    {
        if (!_lease.IsHeld) GoOffline();
        _woken.TrySetResult();
    }

    private void GoOffline()
    {
        if (!_online) return;
        _online = false;
        OfflineSince = _clock.GetCurrentInstant();
        _whileOnline.Cancel();
        ModeChanged?.Invoke();
    }

    private async Task LookAsync(CancellationToken ct)
    {
        while (true)
        {
            var woken = _woken;
            if (_duty.State == DutyState.StandingBy) await StandReadyAsync(ct);
            else if (!_lease.IsHeld) GoOffline();
            else if (!_online) await TryGoOnlineAsync(ct);
            else if (UntilFill <= TimeSpan.Zero) await TryFillAsync(ct);
            if (!_online && !_toldOffline && CanServe)
            {
                _toldOffline = _mine = true;
                OfflineSince ??= _clock.GetCurrentInstant();
                _log.Offline(Copy.All().Count);
                ModeChanged?.Invoke();
            }

            await Task.WhenAny(woken.Task, Task.Delay(_online ? TimeSpan.FromTicks(Math.Clamp(UntilFill.Ticks, LookEvery.Ticks, LookEveryOnline.Ticks)) : LookEvery, _time, ct));
            ct.ThrowIfCancellationRequested();
            if (woken.Task.IsCompleted) _woken = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    private async Task TryGoOnlineAsync(CancellationToken ct)
    {
        try
        {
            await using var scope = _scopes.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<SwitchboardDb>();
            if (await NoticeRestoreAsync(db, ct)) return;
            // Most of it while work goes on; the rest while nobody can add to it.
            _drained += await Facts.DrainAsync(db, ct, alone: false);
            await _gate.WaitAsync(ct);
            try
            {
                _drained += await Facts.DrainAsync(db, ct);
                if (!_lease.IsHeld) return;
                _whileOnline = new CancellationTokenSource();
                _online = _mine = true;
            }
            finally
            {
                _gate.Release();
            }

            if (_drained > 0) _log.Drained(_drained);
            (_drained, OfflineSince, _toldOffline) = (0, null, false);
            ModeChanged?.Invoke();
            // Whoever waits to be rung does not wait for the copy.
            _filled = null;
            await FillAsync(db, ct);
        }
        catch (Exception away) when (away is NpgsqlException or DbUpdateException or InvalidOperationException or TimeoutException or IOException)
        {
            if (_lease.IsHeld && away is not NpgsqlException { IsTransient: true }) _log.DrainFailed(away.GetBaseException().Message);
        }
    }

    /// <summary>
    /// Another worker serves. What this one still holds from its own time without PostgreSQL was promised to guests and is stored at once, not some day
    /// when it serves again; and its copy is kept as it would need it.
    /// </summary>
    private async Task StandReadyAsync(CancellationToken ct)
    {
        if (!_startup.IsReady || (_stoodReady is { } then && _time.GetElapsedTime(then) < RefillStandingBy)) return;
        _stoodReady = _time.GetTimestamp();
        try
        {
            await using var scope = _scopes.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<SwitchboardDb>();
            if (await NoticeRestoreAsync(db, ct)) return;
            if (HasFacts) _log.DrainedStandingBy(await Facts.DrainAsync(db, ct));
            await FillAsync(db, ct);
            _mine = true;
        }
        catch (Exception away) when (away is NpgsqlException or DbUpdateException or InvalidOperationException or TimeoutException or IOException)
        {
            if (HasFacts) _log.DrainFailed(away.GetBaseException().Message);
        }
    }

    private async Task TryFillAsync(CancellationToken ct)
    {
        try
        {
            await using var scope = _scopes.CreateAsyncScope();
            await FillAsync(scope.ServiceProvider.GetRequiredService<SwitchboardDb>(), ct);
        }
        catch (Exception away) when (away is NpgsqlException or InvalidOperationException or TimeoutException or IOException)
        {
            // The lease notices and tells; the copy stays as it is.
        }
    }

    /// <summary>Reads everything that is wanted anew, as the coming day moves on.</summary>
    private async Task FillAsync(SwitchboardDb db, CancellationToken ct)
    {
        Copy.BeginFilling();
        var now = _clock.GetCurrentInstant();
        var rows = new List<(object, object)>();
        foreach (var part in _parts)
        {
            foreach (var row in await part.LoadAsync(db, now, ct))
            {
                Images.Share(row, Copy);
                rows.Add((row, Images.KeyOf(row)));
            }

            if (part.Numbers is { } numbers) await _numbers.ReserveAsync(db, numbers.Table, numbers.Reserve, ct);
        }

        Copy.Fill(rows);
        _filled = _time.GetTimestamp();
        _file.WriteSnapshot();
        _usable = _file.IsOpen;
        FilledAt = _clock.GetCurrentInstant();
        foreach (var part in _parts) part.Filled?.Invoke(Copy);
    }

    private static IModel ModelOf(IServiceScopeFactory scopes)
    {
        using var scope = scopes.CreateScope();
        return scope.ServiceProvider.GetRequiredService<SwitchboardDb>().Model;
    }

    private sealed class Leave(SemaphoreSlim gate) : IDisposable
    {
        public void Dispose() => gate.Release();
    }
}
