namespace Switchboard.Journal;

/// <summary>Nothing was appended: the journal is as large as it may be.</summary>
internal sealed class JournalFullException(string folder, long size, long limit)
    : Exception($"the journal in {folder} is full: {size:N0} of {limit:N0} bytes");

/// <summary>Another process has the journal open.</summary>
internal sealed class JournalInUseException(string folder) : Exception($"another process uses the journal in {folder}");
