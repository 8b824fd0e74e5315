using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Recorder.SystemTests.Peers;

namespace Recorder.SystemTests;

/// <summary>Signing in with the password of a real mail server and of a real directory.</summary>
public sealed class SignInSourceTests
{
    private static async Task<(HttpStatusCode Status, JsonNode? Answer)> SignInAsync(RecorderProcess recorder, string address, string password, string from = "203.0.113.9")
    {
        using var client = new HttpClient { BaseAddress = recorder.Web, Timeout = TimeSpan.FromSeconds(60) };
        client.DefaultRequestHeaders.Add("X-Forwarded-For", from);
        using var answer = await client.PostAsJsonAsync("/api/v1/session", new { address, password });
        return (answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync()));
    }

    private static void Is(HttpStatusCode expected, (HttpStatusCode Status, JsonNode? Answer) answer) =>
        Assert.True(expected == answer.Status, $"{answer.Status}: {answer.Answer}");

    [Fact]
    public async Task The_mail_password_opens_the_archive_over_TLS_and_Dovecot_knows_whose_attempt_it_was()
    {
        Dovecot.Need();
        using var scratch = new Scratch();
        await using var dovecot = await Dovecot.StartAsync(Certificates.Dovecot(scratch, "required") + Samples.Read("samples/dovecot/sign-in.conf"));
        await using var recorder = new RecorderProcess(
            scratch.Folder("data"), "Smtp:Domains:0=example.edu", "Accounts:Imap:0:Domains:0=example.edu", "Accounts:Imap:0:Host=localhost",
            $"Accounts:Imap:0:Port={dovecot.ImapPort}", $"Accounts:Imap:0:CertificateFile={scratch.File("imap.pem")}", "Web:TrustedProxies:0=127.0.0.1");
        await recorder.StartAsync();

        Assert.Contains($"ok    IMAP localhost:{dovecot.ImapPort} answers", (await recorder.RunAsync("", "doctor")).Output, StringComparison.Ordinal);
        var wrong = await SignInAsync(recorder, "alice@example.edu", "not it");
        Is(HttpStatusCode.Unauthorized, wrong);
        Assert.Equal("wrong-credentials", wrong.Answer!["code"]!.GetValue<string>());
        Is(HttpStatusCode.Unauthorized, await SignInAsync(recorder, "alice*root@example.edu", "pw"));
        Is(HttpStatusCode.OK, await SignInAsync(recorder, "Alice@Example.edu", "pw"));
        Assert.Contains("rip=203.0.113.9", dovecot.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("alice*root", dovecot.Log, StringComparison.Ordinal);

        await dovecot.StopAsync();
        Assert.Contains($"FAIL  IMAP localhost:{dovecot.ImapPort} cannot be asked", (await recorder.RunAsync("", "doctor")).Output, StringComparison.Ordinal);
        var down = await SignInAsync(recorder, "alice@example.edu", "pw");
        Is(HttpStatusCode.ServiceUnavailable, down);
        Assert.Equal("sign-in-unavailable", down.Answer!["code"]!.GetValue<string>());
        Assert.Equal(down.Answer["detail"]!.GetValue<string>(), (await SignInAsync(recorder, "nobody@example.edu", "pw")).Answer!["detail"]!.GetValue<string>());
        Assert.DoesNotContain("not it", recorder.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("UserDn=uid={user},ou=people,dc=example,dc=edu")]
    [InlineData("BaseDn=ou=people,dc=example,dc=edu", "BindDn=" + Slapd.AdminDn, "BindPassword=" + Slapd.AdminPassword)]
    public async Task The_directorys_password_opens_the_archive_and_a_new_person_starts_anew(params string[] way)
    {
        Slapd.Need();
        using var scratch = new Scratch();
        await using var slapd = await Slapd.StartAsync();
        await slapd.AddPersonAsync("alice", "Alice Chen", "first secret");
        await using var recorder = new RecorderProcess(
            scratch.Folder("data"),
            ["Smtp:Domains:0=example.edu", "Accounts:Ldap:0:Host=127.0.0.1", $"Accounts:Ldap:0:Port={slapd.Port}", "Accounts:Ldap:0:Tls=None", .. way.Select(one => "Accounts:Ldap:0:" + one)]);
        await recorder.StartAsync();

        Is(HttpStatusCode.Unauthorized, await SignInAsync(recorder, "alice@example.edu", "not it"));
        Is(HttpStatusCode.Unauthorized, await SignInAsync(recorder, "alice@example.edu", ""));
        Is(HttpStatusCode.Unauthorized, await SignInAsync(recorder, "nobody@example.edu", "first secret"));
        var first = await SignInAsync(recorder, "alice@example.edu", "first secret");
        Is(HttpStatusCode.OK, first);

        await slapd.RemoveAsync("alice");
        await slapd.AddPersonAsync("alice", "Alice Wu", "second secret");
        Is(HttpStatusCode.OK, await SignInAsync(recorder, "alice@example.edu", "second secret"));
        using var former = new HttpClient { BaseAddress = recorder.Web };
        former.DefaultRequestHeaders.Authorization = new("Bearer", first.Answer!["token"]!.GetValue<string>());
        using var late = await former.GetAsync("/api/v1/messages");
        Assert.Equal(HttpStatusCode.Unauthorized, late.StatusCode);
    }
}
