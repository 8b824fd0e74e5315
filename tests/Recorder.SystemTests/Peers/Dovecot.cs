using System.Diagnostics;
using System.Net.Sockets;

namespace Recorder.SystemTests.Peers;

/// <summary>A real Dovecot of its own, LMTP in, Maildir out; every address exists, every password is "pw".</summary>
internal sealed class Dovecot : IAsyncDisposable
{
    private readonly Scratch scratch = new();
    private Process? process;

    private Dovecot()
    {
    }

    public int LmtpPort { get; } = Machine.FreePort();

    public int ImapPort { get; } = Machine.FreePort();

    public static void Need() => Machine.Needs("/usr/sbin/dovecot", "/usr/lib/dovecot/lmtp");

    /// <param name="more">Further lines of its configuration; they win.</param>
    public static async Task<Dovecot> StartAsync(string more = "")
    {
        var dovecot = new Dovecot();
        await dovecot.ConfigureAsync(more);
        await dovecot.RunAsync();
        return dovecot;
    }

    /// <summary>Starts again on the same ports and mailboxes.</summary>
    public async Task RunAsync()
    {
        process = Process.Start(new ProcessStartInfo("/usr/sbin/dovecot", ["-F", "-c", scratch.File("dovecot.conf")]))!;
        await Machine.UntilAsync("Dovecot's LMTP port", async () =>
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync("127.0.0.1", LmtpPort);
                return true;
            }
            catch (SocketException)
            {
                return false;
            }
        });
    }

    public async Task StopAsync()
    {
        if (process is { HasExited: false })
        {
            await Machine.RunAsync("/bin/kill", "-TERM", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture));
            await process.WaitForExitAsync();
        }
    }

    /// <summary>The messages of one mailbox, exactly as stored.</summary>
    public IReadOnlyList<byte[]> Messages(string address) => [.. Files(address).Select(File.ReadAllBytes)];

    /// <summary>The files of one mailbox, whose names carry its flags.</summary>
    public IReadOnlyList<string> Files(string address)
    {
        var maildir = Path.Combine(scratch.File("mail"), address.ToLowerInvariant());
        return [.. new[] { "new", "cur" }.Select(name => Path.Combine(maildir, name)).Where(Directory.Exists).SelectMany(Directory.EnumerateFiles)];
    }

    /// <summary>How many messages all mailboxes hold together.</summary>
    public int MessageCount() => Directory.Exists(scratch.File("mail"))
        ? Directory.EnumerateFiles(scratch.File("mail"), "*", SearchOption.AllDirectories)
            .Count(file => Path.GetFileName(Path.GetDirectoryName(file)) is "new" or "cur")
        : 0;

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        process?.Dispose();
        scratch.Dispose();
    }

    /// <summary>What it logged so far.</summary>
    public string Log => File.ReadAllText(scratch.File("dovecot.log"));

    private async Task ConfigureAsync(string more)
    {
        File.SetUnixFileMode(scratch.Path, (UnixFileMode)0b111_101_101);
        await Machine.RunAsync("/bin/chown", "mail:mail", scratch.Folder("mail"));
        await File.WriteAllTextAsync(scratch.File("dovecot.conf"), $$"""
            protocols = imap lmtp
            base_dir = {{scratch.Folder("run")}}
            state_dir = {{scratch.Folder("state")}}
            log_path = {{scratch.File("dovecot.log")}}
            ssl = no
            disable_plaintext_auth = no
            mail_location = maildir:{{scratch.File("mail")}}/%Lu
            mail_save_crlf = yes
            mail_uid = mail
            mail_gid = mail
            first_valid_uid = 1
            auth_username_format = %Lu
            default_login_user = nobody
            default_internal_user = nobody
            default_internal_group = nogroup
            service lmtp {
              inet_listener lmtp {
                address = 127.0.0.1
                port = {{LmtpPort}}
              }
            }
            service imap-login {
              chroot =
              inet_listener imap {
                address = 127.0.0.1
                port = {{ImapPort}}
              }
              inet_listener imaps {
                port = 0
              }
            }
            service anvil {
              chroot =
            }
            passdb {
              driver = static
              args = password=pw
            }
            userdb {
              driver = static
              args = uid=mail gid=mail home={{scratch.File("mail")}}/%Lu allow_all_users=yes
            }

            """ + more);
    }
}
