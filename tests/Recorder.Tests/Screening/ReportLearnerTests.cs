using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Recorder.Archive;
using Recorder.Ledger;
using Recorder.Screening;
using Recorder.Screening.Learning;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Screening;

/// <summary>Reports on their way to a controller that answers as told.</summary>
public sealed class ReportLearnerTests
{
    private const string Alice = "alice@example.edu", Bob = "bob@example.edu";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>A controller on loopback: what it was sent, and an answer for each.</summary>
    private sealed class Controller : IAsyncDisposable
    {
        private readonly WebApplication app;

        private Controller(WebApplication app) => this.app = app;

        public string Url => app.Urls.First();

        public List<(string Path, string? Password, string Body)> Heard { get; } = [];

        public Func<string, int> Answer { get; set; } = _ => 200;

        public static async Task<Controller> StartAsync()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            var controller = new Controller(builder.Build());
            controller.app.MapPost("/{verb}", controller.TakeAsync);
            await controller.app.StartAsync();
            return controller;
        }

        public ValueTask DisposeAsync() => app.DisposeAsync();

        private async Task TakeAsync(HttpContext http)
        {
            using var reader = new StreamReader(http.Request.Body);
            var body = await reader.ReadToEndAsync();
            lock (Heard) Heard.Add((http.Request.Path, http.Request.Headers["Password"], body));
            http.Response.StatusCode = Answer(body);
        }
    }

    private static ReportLearner LearnerOf(Counter counter, Controller controller, ScreeningOptions? screening = null) => new(
        counter.Desk.Ledger, counter.Desk.Log,
        new RspamdLearner(new RspamdOptions { ControllerUrl = controller.Url + "/", ControllerPassword = "geheim" }, TimeProvider.System),
        screening ?? new ScreeningOptions(), counter.Desk.Time, NullLogger<ReportLearner>.Instance);

    private static async Task<RecordId> ReportedAsync(Counter counter, string subject, ReportKind kind = ReportKind.Spam, string disposition = Dispositions.Deliver, string mailbox = Alice)
    {
        var id = await counter.RecordAsync(subject, Mails.To(mailbox, disposition));
        await counter.Acts.ReportAsync(await counter.Desk.ReaderAsync(mailbox), id, kind, Cancel);
        return id;
    }

    private static List<ReportTaught> Taught(Counter counter) => [.. counter.Desk.Log.Entries
        .Where(entry => entry.Kind == EntryKind.Event).Select(entry => LedgerJson.Decode(entry.Payload.Span)).OfType<ReportTaught>()];

    [Fact]
    public async Task A_report_is_fed_once_with_the_exact_bytes_and_a_change_of_mind_once_more()
    {
        await using var counter = await Counter.OpenAsync();
        await using var controller = await Controller.StartAsync();
        using var learner = LearnerOf(counter, controller);
        var id = await ReportedAsync(counter, "Offer");

        Assert.True(await learner.RunAsync(Cancel));
        Assert.True(await learner.RunAsync(Cancel));
        Assert.Equal(("/learnspam", "geheim", System.Text.Encoding.UTF8.GetString(Mails.Message("Offer"))), Assert.Single(controller.Heard));
        Assert.Equal((id.ToString(), Alice, Lesson.Learned), Assert.Single(Taught(counter)) is var one ? (one.RecordId, one.Mailbox, one.Outcome) : default);

        await counter.Acts.ReportAsync(await counter.Desk.ReaderAsync(Alice), id, ReportKind.NotSpam, Cancel);
        await learner.RunAsync(Cancel);
        Assert.Equal(["/learnspam", "/learnham"], controller.Heard.Select(heard => heard.Path));
        Assert.Equal(new LearnerStatus(0, null), learner.Status);
    }

    [Fact]
    public async Task What_could_not_be_fed_waits_is_seen_and_goes_when_the_controller_is_back()
    {
        await using var counter = await Counter.OpenAsync();
        await using var controller = await Controller.StartAsync();
        controller.Answer = _ => 401;
        for (var i = 0; i < 10; i++) await ReportedAsync(counter, $"Offer {i}");
        using var before = LearnerOf(counter, controller);

        Assert.False(await before.RunAsync(Cancel));
        Assert.Equal((3, new LearnerStatus(10, "it answered 401")), (controller.Heard.Count, before.Status));
        controller.Answer = _ => 200;
        // Another process goes on where this one was.
        using var after = LearnerOf(counter, controller);
        Assert.True(await after.RunAsync(Cancel));
        Assert.Equal((10, new LearnerStatus(0, null)), (Taught(counter).Count, after.Status));
    }

    [Theory]
    [InlineData(208, Lesson.Known, null)]
    [InlineData(204, Lesson.Refused, "too little text to learn from")]
    [InlineData(400, Lesson.Refused, "it answered 400")]
    public async Task An_answer_about_the_message_ends_its_report(int code, Lesson lesson, string? words)
    {
        await using var counter = await Counter.OpenAsync();
        await using var controller = await Controller.StartAsync();
        controller.Answer = _ => code;
        using var learner = LearnerOf(counter, controller);
        await ReportedAsync(counter, "Offer");

        Assert.True(await learner.RunAsync(Cancel));
        Assert.Equal((lesson, words), Assert.Single(Taught(counter)) is var one ? (one.Outcome, one.Words) : default);
    }

    [Fact]
    public async Task One_message_that_the_learner_fails_on_holds_up_no_other_and_is_given_up()
    {
        await using var counter = await Counter.OpenAsync();
        await using var controller = await Controller.StartAsync();
        controller.Answer = body => body.Contains("poison") ? 500 : 200;
        using var learner = LearnerOf(counter, controller);
        await ReportedAsync(counter, "poison");
        var runs = 0;
        do await ReportedAsync(counter, $"Offer {runs}");
        while (!await learner.RunAsync(Cancel) && ++runs < 20);

        Assert.Equal(ReportLearner.MaxOwnTries, runs);
        Assert.Equal("it answered 500", Assert.Single(Taught(counter), one => one.Outcome == Lesson.Refused).Words);
    }

    [Fact]
    public async Task What_must_not_be_learned_is_not_sent()
    {
        await using var counter = await Counter.OpenAsync();
        await using var controller = await Controller.StartAsync();
        using var learner = LearnerOf(counter, controller, new ScreeningOptions { MaxScanBytes = 64 * 1024 });
        await ReportedAsync(counter, "Trojan", ReportKind.NotSpam, Dispositions.HeldMalware);
        await ReportedAsync(counter, new string('x', 70_000));
        await ReportedAsync(counter, "Trojan too", ReportKind.Spam, Dispositions.HeldMalware, Bob);

        Assert.True(await learner.RunAsync(Cancel));
        Assert.Equal("/learnspam", Assert.Single(controller.Heard).Path);
        Assert.Equal([Lesson.Learned, Lesson.Skipped, Lesson.Skipped], Taught(counter).Select(one => one.Outcome).Order());
    }

    [Fact]
    public async Task The_service_feeds_what_is_reported_while_it_runs_and_nothing_without_a_controller()
    {
        await using var counter = await Counter.OpenAsync();
        await using var controller = await Controller.StartAsync();
        using var off = new ReportLearner(
            counter.Desk.Ledger, counter.Desk.Log, new RspamdLearner(new RspamdOptions(), TimeProvider.System), new ScreeningOptions(), counter.Desk.Time, NullLogger<ReportLearner>.Instance);
        using var on = LearnerOf(counter, controller);
        await off.StartAsync(Cancel);
        await on.StartAsync(Cancel);
        await ReportedAsync(counter, "Offer");
        await WaitUntil.Async(() => Taught(counter).Count == 1);
        await Task.WhenAll(on.StopAsync(Cancel), off.StopAsync(Cancel));

        Assert.Null(off.Status);
        Assert.Single(controller.Heard);
    }
}
