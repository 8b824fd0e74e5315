using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Recorder.Accounts;
using Recorder.Archive;
using Recorder.Delivery;
using Recorder.Flow;
using Recorder.Intake;
using Recorder.Ledger;
using Recorder.Screening.Lists;
using Recorder.Settings;
using Recorder.Tests.Fakes;
using Recorder.Tests.Smtp.Client.Peers;

namespace Recorder.Tests.Intake;

/// <summary>The parts as the container puts them together, behind real sockets of one Kestrel host.</summary>
public sealed class ListenerTests : IAsyncDisposable
{
    private readonly TestFolder folder = new();
    private readonly InMemoryLog log = new();
    private readonly ToyHop hop = new ToyHop { Extensions = ["8BITMIME"] }.Listen();
    private Recorder.Ledger.Ledger? ledger;
    private WebApplication? app;

    private async Task<IReadOnlyList<(IntakeListener Listener, IPEndPoint EndPoint)>> StartAsync()
    {
        var settings = RecorderSettings.From(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Recorder:Data:Path"] = folder.File("data"),
            ["Recorder:Smtp:Listen"] = "127.0.0.1:0",
            ["Recorder:Smtp:Hostname"] = "mx.test",
            ["Recorder:Smtp:MaxConnectionsPerPeer"] = "2",
            ["Recorder:Listeners:0:Listen"] = "127.0.0.1:0",
            ["Recorder:Listeners:0:Name"] = "journal",
            ["Recorder:Listeners:0:Mode"] = "Journal",
            ["Recorder:NextHop:Host"] = "127.0.0.1",
            ["Recorder:NextHop:Port"] = $"{hop.Port}",
        }).Build());
        Directory.CreateDirectory(settings.Data.Path);
        ledger = await Recorder.Ledger.Ledger.OpenAsync(log, null, TimeProvider.System);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(settings).AddSingleton(TimeProvider.System).AddSingleton<IArchiveLog>(log).AddSingleton<ILedger>(ledger)
            .AddSingleton<IAddressBook>(new SimpleAddressBook()).AddSingleton(Options.Create(settings.Screening)).AddSenderLists().AddDelivery().AddIntake();
        builder.WebHost.ConfigureKestrel(IntakeSetup.ConfigureListeners);
        app = builder.Build();
        await app.StartAsync();
        return app.Services.GetRequiredService<RunningListeners>().All;
    }

    public async ValueTask DisposeAsync()
    {
        if (app is not null) await app.DisposeAsync();
        if (ledger is not null) await ledger.DisposeAsync();
        await hop.DisposeAsync();
        folder.Dispose();
    }

    private sealed class Client(TcpClient tcp) : IDisposable
    {
        private readonly StreamReader reader = new(tcp.GetStream());

        public static async Task<Client> ConnectAsync(IPEndPoint to)
        {
            var tcp = new TcpClient();
            await tcp.ConnectAsync(to);
            return new Client(tcp);
        }

        public async Task<string?> HearAsync()
        {
            string? line;
            do line = await reader.ReadLineAsync();
            while (line is [_, _, _, '-', ..]);
            return line;
        }

        public async Task<string?> AskAsync(string command)
        {
            await tcp.GetStream().WriteAsync(FlowWorld.Bytes(command + "\r\n"));
            return await HearAsync();
        }

        public void Dispose() => tcp.Dispose();
    }

    [Fact]
    public async Task Both_listeners_take_mail_and_the_relay_passes_it_on()
    {
        var listeners = await StartAsync();
        Assert.Equal(["127.0.0.1:0", "journal"], listeners.Select(one => one.Listener.Name));

        foreach (var (_, endPoint) in listeners)
        {
            using var client = await Client.ConnectAsync(endPoint);
            Assert.StartsWith("220 mx.test", await client.HearAsync(), StringComparison.Ordinal);
            Assert.StartsWith("250", await client.AskAsync("EHLO client.test"), StringComparison.Ordinal);
            Assert.StartsWith("250", await client.AskAsync("MAIL FROM:<a@example.org>"), StringComparison.Ordinal);
            Assert.StartsWith("250", await client.AskAsync(endPoint == listeners[0].EndPoint ? "RCPT TO:<u@example.edu>" : "RCPT TO:<u#example.edu@journal.invalid>"), StringComparison.Ordinal);
            Assert.StartsWith("354", await client.AskAsync("DATA"), StringComparison.Ordinal);
            Assert.Matches("^250 2.0.0 [0-9a-f-]{36} recorded", await client.AskAsync("Subject: x\r\n\r\nx\r\n."));
            Assert.StartsWith("221", await client.AskAsync("QUIT"), StringComparison.Ordinal);
        }

        Assert.Single(hop.Messages);
        Assert.Equal(["relay", "journal"], log.Entries.Where(entry => entry.Kind == EntryKind.Mail).Select(entry => RecordedMail.Decode(entry.Payload.Span).Mode));
    }

    [Fact]
    public async Task A_peer_with_too_many_connections_is_told_421()
    {
        var to = (await StartAsync())[0].EndPoint;
        using var first = await Client.ConnectAsync(to);
        using var second = await Client.ConnectAsync(to);
        Assert.StartsWith("220", await first.HearAsync(), StringComparison.Ordinal);
        Assert.StartsWith("220", await second.HearAsync(), StringComparison.Ordinal);

        using var third = await Client.ConnectAsync(to);
        Assert.StartsWith("421", await third.HearAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task At_shutdown_a_waiting_session_is_told_421_and_the_trace_key_stays()
    {
        var to = (await StartAsync())[0].EndPoint;
        using var client = await Client.ConnectAsync(to);
        Assert.StartsWith("220", await client.HearAsync(), StringComparison.Ordinal);

        var stopping = app!.StopAsync();
        Assert.StartsWith("421", await client.HearAsync(), StringComparison.Ordinal);
        client.Dispose();
        await stopping;

        var key = new FileInfo(folder.File("data/keys/trace.key"));
        Assert.Equal((32L, UnixFileMode.UserRead | UnixFileMode.UserWrite), (key.Length, key.UnixFileMode));
    }
}
