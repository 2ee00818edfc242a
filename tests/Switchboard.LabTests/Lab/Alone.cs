namespace Switchboard.LabTests.Lab;

/// <summary>What would take the cores from tests that watch the clock (compilers, waves of calls) runs after them, one by one.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}
