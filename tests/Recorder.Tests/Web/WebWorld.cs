using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Recorder.Accounts;
using Recorder.Archive;
using Recorder.Delivery;
using Recorder.Delivery.Outbox;
using Recorder.Delivery.Trace;
using Recorder.Digests;
using Recorder.Ledger;
using Recorder.Recovery;
using Recorder.Retention;
using Recorder.Screening;
using Recorder.Screening.Lists;
using Recorder.Search;
using Recorder.Settings;
using Recorder.Tests.Fakes;
using Recorder.Web;

namespace Recorder.Tests.Web;

/// <summary>Pages and API on a real port over a ledger and an archive in memory, with a browser that keeps cookies.</summary>
internal sealed partial class WebWorld : IAsyncDisposable
{
    public const string Alice = "alice@example.edu", Bob = "bob@example.edu", Admin = "admin@example.edu";
    private readonly TestFolder folder;
    private readonly List<IDisposable> clients = [];

    private WebWorld(Counter counter, WebApplication app, TestFolder folder, SetupLink link)
    {
        (Counter, App, this.folder, Link) = (counter, app, folder, link);
        Root = new Uri(app.Urls.First());
    }

    public Counter Counter { get; }

    public WebApplication App { get; }

    public SetupLink Link { get; }

    public Uri Root { get; }

    public IEnumerable<RouteEndpoint> Endpoints => ((IEndpointRouteBuilder)App).DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>();

    /// <param name="recovery">Stands before the real service, for failures it would not have.</param>
    /// <param name="pictures">Where pictures from elsewhere come from; null: as the options say.</param>
    public static async Task<WebWorld> StartAsync(Func<IRecovery, IRecovery>? recovery = null, WebOptions? options = null, Recorder.Web.Remote.RemoteImages? pictures = null, params Recorder.Accounts.Sources.OidcSignInOptions[] providers)
    {
        // The client drops cookies by the clock on the wall, so sessions begin by it too.
        var counter = await Counter.OpenAsync(new FakeTimeProvider(TimeProvider.System.GetUtcNow()));
        var folder = new TestFolder();
        var link = new SetupLink(counter.Desk.Accounts);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton(Options.Create(new DataOptions { Path = folder.Path }));
        builder.Services.AddSingleton<TimeProvider>(counter.Desk.Time);
        var served = recovery?.Invoke(counter.Recovery) ?? counter.Recovery;
        builder.Services.AddSingleton<ISessions>(counter.Desk.Sessions);
        builder.Services.AddSingleton(counter.Desk.Tokens);
        builder.Services.AddSingleton(counter.Desk.Factors);
        builder.Services.AddSingleton(counter.Desk.Grants);
        builder.Services.AddSingleton(counter.Desk.Roles);
        builder.Services.AddSingleton(counter.Desk.Owned);
        builder.Services.AddSingleton<IAccounts>(counter.Desk.Accounts);
        builder.Services.AddSingleton(counter.Activity);
        builder.Services.AddSingleton(new Inspections(served, counter.Desk.Ledger, counter.Desk.Book, counter.Desk.Time));
        builder.Services.AddSingleton(served);
        builder.Services.AddSingleton(counter.Acts);
        builder.Services.AddSingleton(counter.Requests);
        builder.Services.AddSingleton(counter.Campaigns);
        builder.Services.AddSingleton<Recorder.Recovery.Bulk.IBulkJobs>(counter.Jobs);
        builder.Services.AddSingleton(new Recorder.Transfer.Export.Exports(served, counter.Desk.Ledger, counter.Desk.Time));
        builder.Services.AddSingleton<Recorder.Audit.IAudit>(new Recorder.Audit.AuditDesk(counter.EventIndex, counter.Desk.Ledger, counter.Desk.Book, counter.Events, counter.Desk.Time));
        builder.Services.AddSingleton<Recorder.Transfer.Backup.IMirror>(new NoMirror());
        builder.Services.AddSingleton(link);
        builder.Services.AddSingleton<ILedger>(counter.Desk.Ledger);
        builder.Services.AddSingleton<IArchiveLog>(counter.Desk.Log);
        builder.Services.AddSingleton<IMailIndex>(counter.Index);
        builder.Services.AddSingleton(Options.Create(new RetentionOptions()));
        builder.Services.AddSingleton(Options.Create(new Recorder.Recovery.RecoveryOptions())).AddSingleton<Recorder.Recovery.TakingLimit>();
        builder.Services.AddSingleton(Options.Create(new ScreeningOptions()));
        builder.Services.AddSingleton<ListPreviews>();
        builder.Services.AddSingleton<DeliveryProblems>();
        AddOutbox(builder.Services, counter);
        builder.Services.AddSenderLists();
        builder.Services.AddSingleton<ISealedLog>(new NothingSealed());
        builder.Services.AddSingleton<IAddressBook>(counter.Desk.Book);
        builder.Services.AddSingleton(counter.Mail);
        builder.Services.AddSingleton(counter.Care);
        builder.Services.AddHostedService<CareHost>();
        builder.Services.AddRetention();
        AddDigests(builder.Services, counter, served);
        AddAdmin(builder.Services);
        if (pictures is not null) builder.Services.AddSingleton(pictures);
        builder.Services.AddRecorderWeb(options ?? new WebOptions(), providers);
        var app = builder.Build();
        app.MapRecorderWeb();
        await app.StartAsync();
        return new WebWorld(counter, app, folder, link);
    }

    private sealed class NoMirror : Recorder.Transfer.Backup.IMirror
    {
        public Recorder.Transfer.Backup.MirrorStatus? Status => null;
    }

    public static DigestLinks Links { get; } = new([.. Enumerable.Range(0, DigestLinks.KeyLengthBytes).Select(i => (byte)i)]);

    private static void AddOutbox(IServiceCollection services, Counter counter)
    {
        var (ledger, log, clock) = (counter.Desk.Ledger, counter.Desk.Log, counter.Desk.Time);
        var routes = new Routes(new Recorder.Delivery.Route([new FakeHop()], clock, NullLogger<Recorder.Delivery.Route>.Instance), new Dictionary<string, Recorder.Delivery.Route>());
        var messages = new DispatchMessages(log, ledger, new TraceFields("mx.test", new TraceSigner(FlowWorld.TraceKey)), new BounceReport("mx.test"), clock);
        services.AddSingleton(new OutboxDesk(ledger, routes, new FailureReports(ledger, messages, clock), clock));
    }

    private static void AddAdmin(IServiceCollection services)
    {
        services.AddSingleton<Recorder.Health.IOverview>(new FakeOverview());
        services.AddSingleton<Recorder.Completeness.Hours.ICompleteness>(new FakeCompleteness());
        services.AddSingleton<Recorder.Health.ISetupChecks>(new FakeSetupChecks());
        services.AddSingleton<Recorder.Evidence.IEvidence>(new FakeEvidence());
    }

    private static void AddDigests(IServiceCollection services, Counter counter, IRecovery recovery)
    {
        var options = new DigestOptions { PublicUrl = "https://archive.example.edu", TimeZone = "UTC" };
        services.AddSingleton(new LinkDoor(Links, recovery, counter.Desk.Ledger, counter.Desk.Time));
        services.AddSingleton(new DigestNow(
            new DigestMaker(counter.Desk.Ledger, new HeldMail(recovery, Options.Create(options), new RetentionTerms(counter.Desk.Ledger, Options.Create(new RetentionOptions()), counter.Desk.Time)), counter.Desk.Time),
            Options.Create(options), counter.Desk.Time));
        services.AddSingleton(new PersonalPreferences(counter.Desk.Ledger, new DigestSchedules(options), Options.Create(options), counter.Desk.Time));
    }

    /// <summary>Follows no redirects, so that each answer can be seen.</summary>
    public HttpClient Anonymous()
    {
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() }) { BaseAddress = Root };
        clients.Add(client);
        return client;
    }

    /// <summary>Signed in through the page, as people do.</summary>
    public async Task<HttpClient> BrowserAsync(string address)
    {
        await AccountAsync(address);
        var client = Anonymous();
        using var answer = await PostFormAsync(client, "/signin", "/signin", ("address", address), ("password", Desk.Password));
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        return client;
    }

    /// <summary>Signed in through the API, as programs do.</summary>
    public async Task<HttpClient> ProgramAsync(string address)
    {
        await AccountAsync(address);
        var client = Anonymous();
        using var answer = await client.PostAsJsonAsync("/api/v1/session", new { address, password = Desk.Password });
        var token = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("token").GetString();
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return client;
    }

    /// <summary>Posts a form with the token of the page it stands on.</summary>
    public static async Task<HttpResponseMessage> PostFormAsync(HttpClient client, string page, string action, params (string Name, string Value)[] fields)
    {
        var token = TokenField().Match(await client.GetStringAsync(page)).Groups[1].Value;
        var form = fields.Append(("__RequestVerificationToken", WebUtility.HtmlDecode(token))).Select(field => KeyValuePair.Create(field.Item1, field.Item2));
        return await client.PostAsync(action, new FormUrlEncodedContent(form));
    }

    public async Task<RecordId> RecordAsync(string message, params string[] recipients)
    {
        var envelope = Mails.Envelope(Counter.Desk.Time.GetUtcNow(), [.. recipients.Select(one => Mails.To(one))]);
        return (await Counter.Desk.Ledger.RecordAsync(envelope, Encoding.UTF8.GetBytes(message))).Id;
    }

    public async Task<RecordId> RecordHeldAsync(byte[] message, string recipient) => (await Counter.Desk.Ledger.RecordAsync(
        Mails.Envelope(Counter.Desk.Time.GetUtcNow(), Mails.To(recipient, Dispositions.HeldSpam)), message)).Id;

    /// <summary>A message with one subject for one held recipient, found by the index.</summary>
    public async Task<RecordId> HeldAsync(string subject, RecordedRecipient recipient, ScreenedMail? screened = null)
    {
        var envelope = Mails.Envelope(Counter.Desk.Time.GetUtcNow(), recipient) with { Screened = screened };
        var id = (await Counter.Desk.Ledger.RecordAsync(envelope, Mails.Message(subject, "is:held"))).Id;
        await Counter.IndexAsync();
        return id;
    }

    public IEnumerable<T> Facts<T>() where T : LedgerEvent => Counter.Desk.Log.Entries
        .Where(entry => entry.Kind == EntryKind.Event).Select(entry => LedgerJson.Decode(entry.Payload.Span)).OfType<T>();

    public async ValueTask DisposeAsync()
    {
        clients.ForEach(client => client.Dispose());
        await App.DisposeAsync();
        await Counter.DisposeAsync();
        folder.Dispose();
    }

    private async Task AccountAsync(string address)
    {
        if (Counter.Desk.Accounts.Find(address) is null)
        {
            await Counter.Desk.AddAsync(address, isAdmin: address == Admin);
        }
    }

    private sealed class CareHost(Recorder.Indexing.IndexCare care) : Microsoft.Extensions.Hosting.BackgroundService
    {
        protected override Task ExecuteAsync(CancellationToken stopping) => care.RunAsync(stopping);
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex TokenField();
}
