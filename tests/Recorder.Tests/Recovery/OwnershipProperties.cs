using System.Text;
using CsCheck;
using Recorder.Accounts;
using Recorder.Archive;
using Recorder.Ledger;
using Recorder.Recovery;
using Recorder.Smtp;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Recovery;

/// <summary>
/// Promise 5 over random envelopes: whatever is recorded for whom, delivered, held, asked for again or viewed, a
/// reader finds exactly the own mail and reads nothing that names another mailbox.
/// </summary>
public sealed class OwnershipProperties
{
    private static readonly string[] Names = ["ann", "ben", "cyd", "dot"];
    private static readonly string[] DispositionCodes = [Dispositions.Deliver, "held.spam", Dispositions.Journal];

    private sealed record Plan(int[] Recipients, int[] Codes, int[] Acts)
    {
        public override string ToString() => $"to {string.Join("", Recipients)} codes {string.Join("", Codes)} acts {string.Join("", Acts)}";
    }

    private static readonly Gen<Plan> GenPlan = Gen.Select(
        Gen.Int[0, 3].Array[1, 4], Gen.Int[0, 2].Array[4], Gen.Int[0, 3].Array[0, 3], (to, codes, acts) => new Plan([.. to.Distinct()], codes, acts));

    [Fact]
    public async Task A_reader_finds_exactly_the_own_mail_and_reads_of_nobody_else() => await GenPlan.Array[1, 5].SampleAsync(
        async plans =>
        {
            await using var counter = await Counter.OpenAsync();
            var readers = new List<Reader>();
            foreach (var name in Names)
            {
                readers.Add(await counter.Desk.ReaderAsync($"{name}@example.edu"));
            }

            var ids = new List<RecordId>();
            foreach (var plan in plans)
            {
                ids.Add(await RecordAsync(counter, plan));
                await ActAsync(counter, plan, ids[^1], readers);
            }

            await counter.IndexAsync();
            for (var number = 0; number < Names.Length; number++)
            {
                await CheckAsync(counter, readers[number], number, plans, ids);
            }
        },
        iter: 25, threads: 1, print: plans => string.Join(" | ", plans.Select(plan => plan.ToString())));

    private static Task<RecordId> RecordAsync(Counter counter, Plan plan) => counter.RecordAsync(
        "Minutes",
        [.. plan.Recipients.Select(number => Mails.To($"{Names[number]}+x@example.edu", DispositionCodes[plan.Codes[number]], $"{Names[number]}@example.edu"))]);

    private static async Task ActAsync(Counter counter, Plan plan, RecordId id, List<Reader> readers)
    {
        await counter.RelayAsync(id, [.. plan.Recipients
            .Where(number => plan.Codes[number] == 0)
            .Select(number => ($"{Names[number]}@example.edu", number % 2 == 0 ? DeliveryOutcome.Accepted : DeliveryOutcome.PermanentFailure))]);
        foreach (var number in plan.Acts)
        {
            var reader = readers[number];
            await counter.Recovery.OpenAsync(reader, id, false, _ => "", CancellationToken.None);
            try
            {
                await counter.Recovery.ReleaseAsync(reader, id, CancellationToken.None);
            }
            catch (Recorder.Ledger.ActRefusedException)
            {
                await counter.Recovery.ResendAsync(reader, id, null, false, CancellationToken.None);
            }
        }
    }

    private static async Task CheckAsync(Counter counter, Reader reader, int number, Plan[] plans, List<RecordId> ids)
    {
        var own = ids.Where((_, index) => plans[index].Recipients.Contains(number)).ToList();
        var found = counter.Recovery.Find(reader, "Minutes", 100, null);
        Assert.Equal(own.Select(id => id.ToString()).Order(), found.Items.Select(row => row.Hit.Id).Order());
        Assert.Equal(own.Count, found.Total);
        var read = new StringBuilder(string.Join('\n', found.Items.Select(row => string.Join(',', row.Hit.Addresses))));
        foreach (var id in ids)
        {
            var opened = await counter.Recovery.OpenAsync(reader, id, false, _ => "", CancellationToken.None);
            var timeline = await counter.Recovery.TimelineAsync(reader, id, CancellationToken.None);
            var dispatches = await counter.Recovery.DispatchesAsync(reader, id, CancellationToken.None);
            Assert.Equal(own.Contains(id), opened is not null);
            Assert.Equal(own.Contains(id), timeline is not null);
            Assert.Equal(own.Contains(id), dispatches is not null);
            if (opened is not null)
            {
                read.Append(Encoding.UTF8.GetString(opened.Facts.Encode())).AppendJoin('\n', timeline!).AppendJoin('\n', dispatches!);
                Assert.Equal(CountOfOwnActs(plans[ids.IndexOf(id)], number), dispatches!.Count);
            }
        }

        foreach (var other in Names.Where(name => name != Names[number]))
        {
            Assert.DoesNotContain(other, read.ToString(), StringComparison.Ordinal);
        }
    }

    private static int CountOfOwnActs(Plan plan, int number) => plan.Acts.Contains(number) ? 1 : 0;
}
