using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Recorder.Accounts.Sources;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Accounts.Sources;

public sealed class ImapSourceTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static BoundedSource Bounded(int port, int seconds = 30) => new(
        "IMAP", new ImapSource(new ImapSignInOptions { Host = "127.0.0.1", Port = port, Tls = SignInTls.None }), 2, TimeSpan.FromSeconds(seconds), NullLogger.Instance);

    private static Task<PasswordAnswer> Ask(IPasswordSource source, string client = "203.0.113.9") =>
        source.CheckAsync(new PasswordQuestion("alice@example.edu", "secret", client), Cancel);

    private static string? Usual(string line, string toSecret) => line.Split(' ')[0].ToUpperInvariant() switch
    {
        "ID" or "CAPABILITY" or "NAMESPACE" or "LIST" or "NOOP" or "LOGOUT" => "OK done",
        "AUTHENTICATE" => toSecret,
        _ => "BAD what",
    };

    [Fact]
    public async Task The_clients_address_goes_before_the_password()
    {
        await using var server = new ScriptedImap(line => Usual(line, "OK [CAPABILITY IMAP4rev1] in"));
        Assert.Equal(PasswordVerdict.Right, (await Ask(Bounded(server.Port))).Verdict);
        var id = server.Lines.FindIndex(line => line.StartsWith("ID", StringComparison.Ordinal) && line.Contains("\"x-originating-ip\" \"203.0.113.9\"", StringComparison.Ordinal));
        var secret = server.Lines.FindIndex(line => line.StartsWith("AUTHENTICATE PLAIN", StringComparison.Ordinal));
        Assert.InRange(id, 0, secret - 1);
        Assert.Equal("\0alice@example.edu\0secret", Encoding.UTF8.GetString(Convert.FromBase64String(server.Lines[secret].Split(' ')[2])));
    }

    [Theory]
    [InlineData("NO [AUTHENTICATIONFAILED] Authentication failed.", PasswordVerdict.Wrong)]
    [InlineData("NO Authentication failed.", PasswordVerdict.Wrong)]
    [InlineData("NO [UNAVAILABLE] Temporary authentication failure.", PasswordVerdict.Unavailable)]
    [InlineData("NO [LIMIT] Too many connections.", PasswordVerdict.Unavailable)]
    [InlineData("BAD I do not understand.", PasswordVerdict.Unavailable)]
    [InlineData("* BYE going down", PasswordVerdict.Unavailable)]
    [InlineData("* nonsense", PasswordVerdict.Unavailable)]
    public async Task Only_a_plain_no_says_that_the_password_is_wrong(string said, PasswordVerdict expected)
    {
        await using var server = new ScriptedImap(line => Usual(line, said));
        Assert.Equal(expected, (await Ask(Bounded(server.Port, seconds: 2))).Verdict);
        Assert.Single(server.Lines, line => line.StartsWith("AUTHENTICATE", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_server_that_hangs_or_is_not_there_is_unavailable()
    {
        int nobody;
        await using (var server = new ScriptedImap(_ => null))
        {
            var source = Bounded(nobody = server.Port, seconds: 1);
            var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Ask(source)));
            Assert.All(answers, answer => Assert.Equal(PasswordVerdict.Unavailable, answer.Verdict));
        }

        Assert.Equal(PasswordVerdict.Unavailable, (await Ask(Bounded(nobody))).Verdict);
    }

    private sealed class Stuck : IPasswordSource
    {
        public int Begun;

        public TaskCompletionSource<PasswordAnswer> Answer { get; } = new();

        public Task<PasswordAnswer> CheckAsync(PasswordQuestion question, CancellationToken cancel)
        {
            Interlocked.Increment(ref Begun);
            return Answer.Task;
        }
    }

    [Fact]
    public async Task An_attempt_that_nobody_waits_for_any_more_keeps_its_place_until_it_ends()
    {
        var stuck = new Stuck();
        var source = new BoundedSource("LDAP", stuck, 2, TimeSpan.FromMilliseconds(300), NullLogger.Instance);
        Assert.All(await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Ask(source))), answer => Assert.Equal(PasswordVerdict.Unavailable, answer.Verdict));
        Assert.Equal(2, stuck.Begun);
        stuck.Answer.SetResult(PasswordAnswer.Wrong);
        Assert.Equal(PasswordVerdict.Wrong, (await Ask(source)).Verdict);
    }

    [Theory]
    [InlineData("alice@example.edu", true)]
    [InlineData("a.b-c_d=e'f@example.edu", true)]
    [InlineData("王小明@example.edu", true)]
    [InlineData("alice*master@example.edu", false)]
    [InlineData("alice%other@example.edu", false)]
    [InlineData("alice!other@example.edu", false)]
    [InlineData("\"alice x\"@example.edu", false)]
    [InlineData("alice", false)]
    [InlineData("...@example.edu", false)]
    public void A_login_is_a_name_and_nothing_more(string address, bool isAllowed) => Assert.Equal(isAllowed, SourceLogin.IsAllowed(address));

    [Theory]
    [InlineData("", false)]
    [InlineData("a\0b", false)]
    [InlineData("a\r\nb", false)]
    [InlineData("密碼 with spaces", true)]
    public void A_password_is_one_line_and_not_empty(string password, bool isAllowed) => Assert.Equal(isAllowed, SourceLogin.IsAllowedPassword(password));

    [Fact]
    public void What_a_question_prints_has_no_password() => Assert.DoesNotContain("secret", new PasswordQuestion("a@x", "secret", "::1").ToString());

    [Theory]
    [InlineData("uid={user},dc=x", "a,b+c@example.edu", "uid=a\\,b\\+c,dc=x")]
    [InlineData("mail={address},dc=x", "#a@example.edu", "mail=\\#a@example.edu,dc=x")]
    public void A_name_in_a_directory_stays_one_value(string template, string login, string dn) => Assert.Equal(dn, LdapNames.Dn(template, login));

    [Fact]
    public void A_value_in_a_filter_stays_a_value() =>
        Assert.Equal("(&(mail=\\2a\\29\\28x@example.edu)(uid=\\2a\\29\\28x))", LdapNames.Filter("(&(mail={address})(uid={user}))", "*)(x@example.edu"));
}
