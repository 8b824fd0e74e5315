using Recorder.Cli;
using Recorder.Control;

namespace Recorder.Tests.Cli;

public sealed class WrongCallTests
{
    /// <summary>1 would tell a script that a check found something.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("vrify")]
    [InlineData("account")]
    [InlineData("verify --since yesterday")]
    [InlineData("import /nowhere")]
    [InlineData("token make a@example.edu --name n --scope all")]
    [InlineData("verify --settings /nowhere.json")]
    public async Task A_call_that_cannot_be_understood_ends_with_its_own_code(string call) =>
        Assert.Equal(ExitCodes.BadInput, await CommandLine.RunAsync(call.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
}
