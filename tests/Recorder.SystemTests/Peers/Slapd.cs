using System.Diagnostics;
using System.Net.Sockets;

namespace Recorder.SystemTests.Peers;

/// <summary>A real OpenLDAP directory of its own under dc=example,dc=edu.</summary>
internal sealed class Slapd : IAsyncDisposable
{
    public const string AdminDn = "cn=admin,dc=example,dc=edu", AdminPassword = "directory manager";
    private readonly Scratch scratch = new();
    private Process? process;

    public int Port { get; } = Machine.FreePort();

    private string Url => $"ldap://127.0.0.1:{Port}";

    public static void Need() => Machine.Needs("/usr/sbin/slapd", "/usr/bin/ldapadd");

    public static async Task<Slapd> StartAsync()
    {
        var slapd = new Slapd();
        await File.WriteAllTextAsync(slapd.scratch.File("slapd.conf"), $"""
            include /etc/ldap/schema/core.schema
            include /etc/ldap/schema/cosine.schema
            include /etc/ldap/schema/inetorgperson.schema
            pidfile {slapd.scratch.File("slapd.pid")}
            modulepath /usr/lib/ldap
            moduleload back_mdb
            database mdb
            suffix "dc=example,dc=edu"
            rootdn "{AdminDn}"
            rootpw "{AdminPassword}"
            directory {slapd.scratch.Folder("db")}
            """);
        slapd.process = Process.Start(new ProcessStartInfo("/usr/sbin/slapd", ["-d", "0", "-f", slapd.scratch.File("slapd.conf"), "-h", slapd.Url])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        await Machine.UntilAsync("slapd's port", slapd.IsListeningAsync);
        await slapd.AddAsync("dn: dc=example,dc=edu\nobjectClass: dcObject\nobjectClass: organization\no: Example\ndc: example\n");
        await slapd.AddAsync("dn: ou=people,dc=example,dc=edu\nobjectClass: organizationalUnit\nou: people\n");
        return slapd;
    }

    public static string DnOf(string user) => $"uid={user},ou=people,dc=example,dc=edu";

    /// <summary>A person at example.edu.</summary>
    public Task AddPersonAsync(string user, string name, string password) => AddAsync(
        $"dn: {DnOf(user)}\nobjectClass: inetOrgPerson\nuid: {user}\ncn: {name}\nsn: {name}\nmail: {user}@example.edu\nuserPassword: {password}\n");

    /// <summary>Many people at once, u1 and so on.</summary>
    public Task AddPeopleAsync(int count) => AddAsync(string.Join('\n', Enumerable.Range(1, count).Select(number =>
        $"dn: {DnOf($"u{number}")}\nobjectClass: inetOrgPerson\nuid: u{number}\ncn: Person {number}\nsn: {number}\nmail: u{number}@example.edu\n")));

    /// <summary>The values of a person's mail attribute.</summary>
    public Task SetMailAsync(string user, params string[] addresses) => ChangeAsync(
        $"dn: {DnOf(user)}\nchangetype: modify\nreplace: mail\n{string.Concat(addresses.Select(address => $"mail: {address}\n"))}");

    public async Task RemoveAsync(string user) =>
        Succeeded(await Machine.RunAsync("/usr/bin/ldapdelete", "-x", "-H", Url, "-D", AdminDn, "-w", AdminPassword, DnOf(user)));

    public async ValueTask DisposeAsync()
    {
        if (process is { HasExited: false })
        {
            process.Kill();
            await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
        }

        process?.Dispose();
        scratch.Dispose();
    }

    private Task AddAsync(string ldif) => ChangeAsync(ldif, "-a");

    private async Task ChangeAsync(string ldif, params string[] how)
    {
        var file = scratch.File($"{Guid.NewGuid():N}.ldif");
        await File.WriteAllTextAsync(file, ldif);
        Succeeded(await Machine.RunAsync("/usr/bin/ldapmodify", [.. how, "-x", "-H", Url, "-D", AdminDn, "-w", AdminPassword, "-f", file]));
    }

    private async Task<bool> IsListeningAsync()
    {
        Assert.False(process!.HasExited, "slapd ended at its start");
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync("127.0.0.1", Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static void Succeeded((int Code, string Output) run) => Assert.True(run.Code == 0, run.Output);
}
