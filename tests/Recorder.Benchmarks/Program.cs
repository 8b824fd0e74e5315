using System.CommandLine;
using System.Runtime.Versioning;
using Recorder.Benchmarks.Attachments;
using Recorder.Benchmarks.Compare;
using Recorder.Benchmarks.Decisions;
using Recorder.Benchmarks.Finding;
using Recorder.Benchmarks.Following;
using Recorder.Benchmarks.Moving;
using Recorder.Benchmarks.Pages;
using Recorder.Benchmarks.Purging;
using Recorder.Benchmarks.Reconciling;
using Recorder.Benchmarks.Searches;
using Recorder.Benchmarks.Soak;
using Recorder.Benchmarks.Verifying;
using Spectre.Console;

[assembly: SupportedOSPlatform("linux")]

if (Console.IsOutputRedirected)
{
    AnsiConsole.Profile.Width = 220;
}

var rows = new Option<string>("--rows") { Description = $"Only these, separated by commas: {string.Join(", ", CompareRun.AllRows.Select(row => row.Name))}." };
var quick = new Option<bool>("--quick") { Description = "Smaller work: some five minutes for all rows." };
var json = new Option<string>("--json") { Description = "Also write everything measured to this file." };
var markdown = new Option<string>("--markdown") { Description = "Also write the table to this file, as docs/performance.md holds it." };
var imported = new Option<int>("--import-messages") { Description = "Of import: so many messages once, instead of the usual numbers in turns." };
var compare = new Command("compare", "Side by side with the peers on this machine. Installs the peers it needs (as root), prints one table.") { rows, quick, json, markdown, imported };
compare.SetAction((parsed, cancel) => CompareRun.RunAsync(
    new CompareWish(parsed.GetValue(rows)?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [], parsed.GetValue(quick), parsed.GetValue(json), parsed.GetValue(markdown), parsed.GetValue(imported)),
    cancel));

var minutes = new Option<int>("--minutes") { Description = "How long the load goes on; growth is judged from 10 on.", DefaultValueFactory = _ => 30 };
var rate = new Option<int>("--rate") { Description = "Messages a second.", DefaultValueFactory = _ => 100 };
var soak = new Command("soak", "A steady load with restarts, crashes, rebuilds, seals, searches and views going on. Exit code 1 when something was lost or grows.") { minutes, rate };
soak.SetAction((parsed, cancel) => SoakRun.RunAsync(parsed.GetValue(minutes), parsed.GetValue(rate), cancel));

var documents = new Option<int>("--documents") { Description = "Documents in the index.", DefaultValueFactory = _ => 20_000 };
var segments = new Option<int>("--segments") { Description = "Segments they lie in.", DefaultValueFactory = _ => 50 };
var searches = new Command("searches", "What a search costs in processor time, on a made index.") { documents, segments };
searches.SetAction(parsed => new SearchCosts(parsed.GetValue(documents), parsed.GetValue(segments), Console.WriteLine).Run());

var followed = new Option<int>("--documents") { Description = "Messages of 8 KB.", DefaultValueFactory = _ => 30_000 };
var shown = new Option<int>("--shown") { Description = "Shown every so many messages, durable every ten times as many.", DefaultValueFactory = _ => 300 };
var following = new Command("following", "What the index takes while it follows mail that comes steadily: processor time and garbage. In process.") { followed, shown };
following.SetAction(parsed => new FollowingCosts(parsed.GetValue(followed), parsed.GetValue(shown), Console.WriteLine).Run());

var made = new Option<int>("--documents") { Description = "Messages in the index.", DefaultValueFactory = _ => 100_000 };
var mailboxes = new Option<int>("--mailboxes") { Description = "Mailboxes they are spread over, beside one that has a tenth of all.", DefaultValueFactory = _ => 1_000 };
var shortTexts = new Option<int>("--short") { Description = "Characters of text at most; 0 for the sizes of real mail." };
var growth = new Option<int>("--growth") { Description = "Messages of a mailbox while the mailboxes grow from 100 to 5,000; 0 leaves that out.", DefaultValueFactory = _ => 20 };
var notmuch = new Option<int>("--notmuch") { Description = "Messages for the comparison with notmuch; 0 leaves that out.", DefaultValueFactory = _ => 10_000 };
var onlyClass = new Option<string?>("--class") { Description = "Only this class of questions, such as phrase." };
onlyClass.AcceptOnlyFromAmong([.. Questions.All.Select(question => question.Class)]);
var times = new Option<int>("--searches") { Description = "Searches of each class.", DefaultValueFactory = _ => 200 };
var kept = new Option<string?>("--index") { Description = "Folder for the index: made there and left, or, if it is there already (of the same size and shape), only asked." };
var search = new Command("search", "How long finding takes: first pages, the hundredth page, memory, opening, growth, and notmuch on the same mail. In process, on made mail.") { made, mailboxes, shortTexts, growth, notmuch, times, onlyClass, kept };
search.SetAction((parsed, cancel) => new SearchBench(
    new SearchWish(parsed.GetValue(made), parsed.GetValue(mailboxes), parsed.GetValue(shortTexts), parsed.GetValue(growth), parsed.GetValue(notmuch), parsed.GetValue(times), parsed.GetValue(onlyClass), parsed.GetValue(kept)), Console.WriteLine).RunAsync(cancel));

var moved = new Option<int>("--messages") { Description = "Messages in the archive.", DefaultValueFactory = _ => 20_000 };
var moving = new Command("moving", "Backup, new and unchanged, beside cp -a; export in each format. In process.") { moved };
moving.SetAction((parsed, cancel) => new MovingBench(parsed.GetValue(moved), Console.WriteLine).RunAsync(cancel));
var rebuilt = new Option<int>("--messages") { Description = "Messages in the archive.", DefaultValueFactory = _ => 20_000 };
var rebuild = new Command("rebuild", "How fast state and indexes are made anew from the log alone, by the published program.") { rebuilt };
rebuild.SetAction((parsed, cancel) => new RebuildBench(parsed.GetValue(rebuilt), times: 3, Console.WriteLine).RunAsync(cancel));

var read = new Option<int>("--messages") { Description = "Messages in the archive.", DefaultValueFactory = _ => 20_000 };
var turns = new Option<int>("--rounds") { Description = "Turns of each side.", DefaultValueFactory = _ => 5 };
var verify = new Command("verify", "Reading an archive back whole, beside zstd -t and then sha256sum over the same mail. In process.") { read, turns };
verify.SetAction((parsed, cancel) => new VerifyBench(parsed.GetValue(read), parsed.GetValue(turns), Console.WriteLine).RunAsync(cancel));
var encrypted = new Option<int>("--messages") { Description = "Messages a turn.", DefaultValueFactory = _ => 10_000 };
var encryptedTurns = new Option<int>("--rounds") { Description = "Turns of each side.", DefaultValueFactory = _ => 5 };
var encryption = new Command("encryption", "An archive that is encrypted beside one that is not: taking mail, sealing, reading single messages, verifying. In process.") { encrypted, encryptedTurns };
encryption.SetAction((parsed, cancel) => new EncryptionBench(parsed.GetValue(encrypted), parsed.GetValue(encryptedTurns), Console.WriteLine).RunAsync(cancel));
var daily = new Option<int>("--messages") { Description = "Messages a day.", DefaultValueFactory = _ => 100 };
var purge = new Command("purge", "What the purge of the oldest day costs in archives of 30 and of 365 days. In process, on made mail.") { daily };
purge.SetAction((parsed, cancel) => new PurgeBench(parsed.GetValue(daily), times: 3, Console.WriteLine).RunAsync([30, 365], cancel));

var recorded = new Option<int>("--messages") { Description = "Messages whose facts are written.", DefaultValueFactory = _ => 200_000 };
var ledger = new Command("ledger", "What the ledger takes for each message, and how long the state is made from it. In process.") { recorded };
ledger.SetAction((parsed, cancel) => new LedgerGrowth(parsed.GetValue(recorded), Console.WriteLine).RunAsync(cancel));

var decisions = new Command("decisions", "What the decision for one recipient costs against the length of the lists of senders.");
decisions.SetAction(_ => new DecisionCosts(Console.WriteLine).Run());

var messages = new Option<int>("--rate") { Description = "Messages a second.", DefaultValueFactory = _ => 300 };
var seconds = new Option<int>("--seconds") { Description = "How long they come.", DefaultValueFactory = _ => 60 };
var share = new Option<double>("--share") { Description = "Of the messages, how many carry a document.", DefaultValueFactory = _ => 0.1 };
var attachments = new Command("attachments", "What the text of attachments costs: each kind alone, beside intake, and in the index.") { messages, seconds, share };
attachments.SetAction((parsed, cancel) => new AttachmentCosts(parsed.GetValue(messages), parsed.GetValue(seconds), parsed.GetValue(share), Console.WriteLine).RunAsync(cancel));

var loglines = new Option<int>("--lines") { Description = "Lines of the log, five a message.", DefaultValueFactory = _ => 1_000_000 };
var reconcile = new Command("reconcile", "A Postfix log compared with the archive that it filled, with losses injected on both sides. Exit code 1 when not exactly these are listed.") { loglines };
reconcile.SetAction((parsed, cancel) => new ReconcileBench(parsed.GetValue(loglines), Console.WriteLine).RunAsync(cancel));

var pageRows = new Option<string>("--rows") { Description = "Of users, searches, weight; separated by commas.", DefaultValueFactory = _ => "users,searches,weight" };
var pageSeconds = new Option<int>("--seconds") { Description = "How long each is measured, after 20 s of the same.", DefaultValueFactory = _ => 90 };
var pageMessages = new Option<int>("--messages") { Description = "Recorded before.", DefaultValueFactory = _ => 20_000 };
var people = new Option<int>("--people") { Description = "Mailboxes, whose owners are all signed in.", DefaultValueFactory = _ => 100 };
var program = new Option<string?>("--program") { Description = "Folder of the program as it was published before; without it, it is published first." };
var pages = new Command("pages", "What people at their browsers wait for while mail comes in, and what a page weighs on the wire. Exit code 1 when a page failed or mail was not taken.") { pageRows, pageSeconds, pageMessages, people, program };
pages.SetAction((parsed, cancel) => PageBench.RunAsync(
    new PageWish(parsed.GetValue(pageRows)!.Split(',', StringSplitOptions.TrimEntries), parsed.GetValue(pageSeconds), parsed.GetValue(pageMessages), parsed.GetValue(people), parsed.GetValue(program)), cancel));

// Ctrl-C: time to end what was started.
return await new RootCommand("Figures, measured. Peers come from Debian's packages. TMPDIR chooses the disk.") { compare, soak, search, searches, following, decisions, moving, rebuild, verify, encryption, purge, ledger, attachments, reconcile, pages }
    .Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(1) });
