using Recorder.Intake;

namespace Recorder.Tests.Intake;

public sealed class JournalAddressesTests
{
    [Theory]
    [InlineData("alice#example.edu@journal.invalid", "alice@example.edu")]
    [InlineData("alice#example.edu@JOURNAL.Invalid", "alice@example.edu")]
    [InlineData("alice+news#cs.example.edu@journal.invalid", "alice+news@cs.example.edu")]
    [InlineData("a#b#example.edu@journal.invalid", "a#b@example.edu")]
    [InlineData("\"john doe#example.edu\"@journal.invalid", "\"john doe\"@example.edu")]
    [InlineData("\"say \\\"hi\\\"#example.edu\"@journal.invalid", "\"say \\\"hi\\\"\"@example.edu")]
    [InlineData("\"alice#example.edu\"@journal.invalid", "alice@example.edu")]
    [InlineData("陳#例子.台灣@journal.invalid", "陳@例子.台灣")]
    [InlineData("alice@example.edu", null)]
    [InlineData("alice@journal.invalid", null)]
    [InlineData("#example.edu@journal.invalid", null)]
    [InlineData("alice#@journal.invalid", null)]
    [InlineData("alice#exa mple@journal.invalid", null)]
    [InlineData("alice#.example.edu@journal.invalid", null)]
    [InlineData("alice#example.edu@evil.test", null)]
    [InlineData("journal.invalid", null)]
    [InlineData("", null)]
    public void A_journal_address_names_the_original_recipient(string journaled, string? original) =>
        Assert.Equal(original, new JournalAddresses("journal.invalid").MapBack(journaled));
}
