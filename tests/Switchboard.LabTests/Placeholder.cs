namespace Switchboard.LabTests;

public class Placeholder
{
    [Fact] public void It_runs() => Assert.Equal(4, 2 + 2);
}
