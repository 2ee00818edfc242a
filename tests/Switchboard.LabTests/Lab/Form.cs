namespace Switchboard.LabTests.Lab;

/// <summary>What only <c>deploy/test --all</c> runs: the same promise at full size, where a short form of it is always run.</summary>
internal static class Form
{
    public const string Name = "Form";
    public const string Long = "long";
}
