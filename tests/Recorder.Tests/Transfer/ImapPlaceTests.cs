using Recorder.Transfer.Sources;

namespace Recorder.Tests.Transfer;

public sealed class ImapPlaceTests
{
    [Theory]
    [InlineData("imap://amy@mail.example.edu", "mail.example.edu", 143, false, "amy", null)]
    [InlineData("imaps://amy%40example.edu@mail.example.edu/INBOX", "mail.example.edu", 993, true, "amy@example.edu", "INBOX")]
    [InlineData("imap://amy@127.0.0.1:1143/Old%20mail/2019", "127.0.0.1", 1143, false, "amy", "Old mail/2019")]
    public void An_account_is_named_by_an_address(string text, string host, int port, bool isTls, string user, string? folder) =>
        Assert.Equal(new ImapPlace(host, port, isTls, user, folder), ImapPlace.TryParse(text));

    [Theory]
    [InlineData("/srv/mail")]
    [InlineData("mail.mbox")]
    [InlineData("http://mail.example.edu")]
    public void Anything_else_is_a_path(string text) => Assert.Null(ImapPlace.TryParse(text));

    [Fact]
    public void No_password_is_in_what_is_recorded() =>
        Assert.Equal("imap://amy%3Apw@h:143/", ImapPlace.TryParse("imap://amy:pw@h")!.Account);
}
