using System.Security.Cryptography;
using System.Text;

namespace Recorder.Tests.Simulation;

/// <summary>Bytes that an upstream wants delivered.</summary>
/// <param name="Word">In its subject and in no other mail's.</param>
internal sealed record Letter(int Number, byte[] Bytes, string Word)
{
    public string Sha { get; } = Convert.ToHexStringLower(SHA256.HashData(Bytes));
}

/// <summary>What a retry has in common with the try before.</summary>
internal readonly record struct Key(string Sha, string From, string Recipient, bool Journal)
{
    public override string ToString() => $"{Sha[..6]} {From}>{Recipient}{(Journal ? " journal" : "")}";
}

/// <summary>One mail in an upstream's queue. It owes the recipients in <see cref="Owed"/> until a 2xx or a 5xx.</summary>
internal sealed record Mailing(int Number, Letter Letter, string From, IReadOnlyList<string> To, string Door)
{
    public HashSet<string> Owed { get; } = [.. To];
    public bool IsJournal => Door == Doors.Journal;
    public Key KeyOf(string recipient) => new(Letter.Sha, From, recipient, IsJournal);
}

internal static class Doors
{
    public const string Lmtp = "lmtp", Smtp = "smtp", Journal = "journal";
}

/// <summary>A record as the log shows it, read with the documented format alone.</summary>
internal sealed record Kept(string Id, long Sequence, string Sha, string From, bool Journal, IReadOnlyDictionary<string, KeptRecipient> Recipients);

internal sealed record KeptRecipient(string Disposition, IReadOnlyList<string> Owners)
{
    public bool IsHeld => Disposition.StartsWith("held.", StringComparison.Ordinal);
}

/// <summary>
/// What must be, from what upstreams sent and were told, what next hops took, and what the log showed: dictionaries
/// and nothing of the product. Every member may be called from any thread.
/// </summary>
internal sealed class Model
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, Letter> letters = new(StringComparer.Ordinal);
    private readonly Dictionary<Key, Sendings> sendings = [];
    private readonly Dictionary<string, Kept> kept = new(StringComparer.Ordinal);
    private readonly Dictionary<long, (string Id, string Payload)> log = [];
    private long lastKnown;
    private readonly Dictionary<(string Id, string Recipient, string Act), Deliveries> deliveries = [];
    private readonly HashSet<(string Id, string Recipient)> bounced = [], confirmed = [];
    private readonly HashSet<(string Id, string Recipient, string Act)> wished = [], failed = [];
    private readonly HashSet<string> refusedForGood = new(StringComparer.Ordinal);
    private readonly List<Acknowledgement> acknowledged = [];
    private readonly HashSet<(string Sha, string Recipient)> passed = [];
    private readonly List<string> broken = [];
    private int expiries;

    /// <param name="Foreign">Nobody in the transaction was ours, so it may pass unrecorded.</param>
    private sealed record Acknowledgement(Mailing Mailing, string Recipient, string? Id, bool Foreign);

    /// <summary>What is known of one key.</summary>
    private sealed class Sendings
    {
        public int Whole, MayConfirm, Confirmed;
        public HashSet<string> Records { get; } = new(StringComparer.Ordinal);

        /// <summary>Mailings that were acknowledged, each with the records it can stand for.</summary>
        public Dictionary<int, HashSet<string>> ClosedBefore { get; } = [];
    }

    private sealed class Deliveries
    {
        public int Told, Untold, Durable;

        /// <summary>Readings of the log since a next hop said yes and the log did not show it.</summary>
        public int Waited;

        /// <summary>Outcomes that a crash, a broken disk or a lack of time may have kept from the log.</summary>
        public int Excused;

        /// <summary>Attempts that the log says ended without a word of the next hop, after one had said yes: time ran out
        /// before it came.</summary>
        public int Unheard;

        public int Unaccounted => Told - Durable - Excused - Unheard;
    }

    public IReadOnlyCollection<Kept> Records
    {
        get { lock (gate) return [.. kept.Values]; }
    }

    public int Acknowledged
    {
        get { lock (gate) return acknowledged.Count; }
    }

    public int Confirmed
    {
        get { lock (gate) return confirmed.Count; }
    }

    public long LastSequence
    {
        get { lock (gate) return lastKnown; }
    }

    /// <summary>Throws what any thread found broken.</summary>
    public void Check()
    {
        lock (gate)
        {
            if (broken.Count > 0) throw new BrokenPromiseException(string.Join("\n", broken));
        }
    }

    /// <summary>So much time has gone that open retry keys may have closed by themselves.</summary>
    public void KeysMayExpire()
    {
        lock (gate) expiries++;
    }

    // ---- what upstreams do

    /// <summary>A try begins: which records' keys had surely closed before decides what it can be taken for.</summary>
    public void TryBegins(Mailing mailing, IEnumerable<string> recipients)
    {
        lock (gate)
        {
            letters.TryAdd(mailing.Letter.Sha, mailing.Letter);
            foreach (var recipient in recipients)
            {
                var known = SendingsOf(mailing.KeyOf(recipient));
                known.ClosedBefore.TryAdd(mailing.Number, [.. known.Records.Where(id => confirmed.Contains((id, recipient)))]);
            }
        }
    }

    /// <summary>The final dot, or the last chunk, is about to leave: from here on a record may exist.</summary>
    public void WholeLeaves(Mailing mailing, IEnumerable<string> recipients)
    {
        lock (gate)
        {
            foreach (var recipient in recipients) SendingsOf(mailing.KeyOf(recipient)).Whole++;
        }
    }

    /// <summary>The upstream has read its replies and is about to prove it.</summary>
    public void MayConfirm(Mailing mailing, IEnumerable<string> recipients)
    {
        lock (gate)
        {
            foreach (var recipient in recipients) SendingsOf(mailing.KeyOf(recipient)).MayConfirm++;
        }
    }

    /// <summary>2xx for a recipient: the upstream owes it no more.</summary>
    public void Acknowledge(Mailing mailing, string recipient, string? id, bool isForeign)
    {
        lock (gate)
        {
            mailing.Owed.Remove(recipient);
            acknowledged.Add(new Acknowledgement(mailing, recipient, id, isForeign));
        }
    }

    public void RefusedForGood(Mailing mailing, string recipient, string reply)
    {
        lock (gate)
        {
            mailing.Owed.Remove(recipient);
            Expect(refusedForGood.Contains(recipient), $"mailing {mailing.Number}: {recipient} got {reply}, and no next hop ever said 5xx");
        }
    }

    /// <summary>A person was told that a message goes out again.</summary>
    public void WishAnswered(string id, string recipient, string act)
    {
        lock (gate) answeredWishes.Add((id, recipient, act));
    }

    private readonly HashSet<(string Id, string Recipient, string Act)> answeredWishes = [];

    // ---- what next hops do

    public void HopRefusedForGood(string recipient)
    {
        lock (gate) refusedForGood.Add(recipient);
    }

    /// <summary>A next hop has stored a message for recipients, whether or not it then says so.</summary>
    /// <param name="ofLife">The life that had sent it; when that is over, nobody hears the answer.</param>
    public void Took(HopMail mail, IEnumerable<(string Recipient, bool Told)> recipients, int ofLife)
    {
        lock (gate)
        {
            foreach (var (recipient, told) in recipients) Took(mail, recipient, told && ofLife == life, ofLife == life);
        }
    }

    private void Took(HopMail mail, string recipient, bool told, bool isAlive)
    {
        if (mail.Bounce is { } failure)
        {
            bounced.Add(failure);
            untraced.Add((mail, recipient));
            return;
        }
        if (mail.Id is not { } id)
        {
            var letter = letters.Values.FirstOrDefault(mail.EndsWith);
            Expect(letter is not null, $"{recipient} was sent bytes that nobody sent us");
            if (letter is not null) passed.Add((letter.Sha, recipient));
            return;
        }
        var known = DeliveriesOf(id, recipient, mail.Act);
        Expect(known.Durable == 0 || !isAlive, $"{id} went to {recipient} again ({mail.Act}) after its delivery was durable");
        if (told) known.Told++;
        else known.Untold++;
        if (told && waiting.Add((id, recipient, mail.Act))) known.Waited = 0;
        untraced.Add((mail, recipient));
    }

    private readonly HashSet<(string Id, string Recipient, string Act)> waiting = [];

    /// <summary>Whatever next hops have said until now may never reach the log.</summary>
    public void ExcuseOutcomes()
    {
        lock (gate)
        {
            foreach (var one in waiting) (deliveries[one].Excused, deliveries[one].Waited) = (deliveries[one].Told - deliveries[one].Durable, 0);
            waiting.Clear();
        }
    }

    /// <summary>So it is with what they said to that life until its end, and with what they do later over what it sent.</summary>
    public void LifeEnds(int next)
    {
        lock (gate)
        {
            ExcuseOutcomes();
            life = next;
        }
    }

    private int life;

    private const int Patience = 7;

    /// <summary>An outcome has been waited for in vain so often that the next time is one too many; who brings it may only be slow.</summary>
    public bool OutcomesAreLate
    {
        get { lock (gate) return waiting.Any(one => deliveries[one] is var known && known.Waited >= Patience && known.Unaccounted > 0); }
    }

    // Every yes of a next hop becomes durable soon; a second copy within one try would have none of its own.
    private void CheckOutcomes()
    {
        foreach (var one in waiting.ToList())
        {
            var known = deliveries[one];
            if (known.Unaccounted <= 0) waiting.Remove(one);
            else Expect(++known.Waited <= Patience, $"{one} was taken {known.Told} times, and the log shows {known.Durable} of them");
        }
    }

    // The log is read after the step in which the delivery happened: by then its record must be there.
    private readonly List<(HopMail Mail, string Recipient)> untraced = [];

    private void CheckDelivered()
    {
        foreach (var (mail, recipient) in untraced)
        {
            var id = mail.Bounce?.Id ?? mail.Id!;
            if (!kept.TryGetValue(id, out var record)) Expect(false, $"{id} was delivered to {recipient} and is in no log");
            else if (mail.Bounce is not null) Expect(record.From == recipient && mail.From.Length == 0, $"a report about {mail.Bounce} went to {recipient}");
            else CheckDelivered(mail, record, recipient);
        }
        untraced.Clear();
    }

    private void CheckDelivered(HopMail mail, Kept record, string recipient)
    {
        var isEntitled = mail.Act == "relay"
            ? record.Recipients.TryGetValue(recipient, out var to) && !to.IsHeld && !record.Journal
            : record.Recipients.Values.Any(one => one.Owners.Contains(recipient));
        Expect(isEntitled, $"{mail.Id} went to {recipient} ({mail.Act}), who is not to have it");
        Expect(mail.Carries(letters[record.Sha]), $"{mail.Id} left with other bytes, or with other fields in front");
        Expect(mail.From == (mail.Act == "relay" ? record.From : ""), $"{mail.Id} left from {mail.From} instead of {record.From}");
    }

    // ---- what the log shows

    /// <summary>One entry as it is read, in order. An entry shown once must be shown the same for ever.</summary>
    /// <returns>true for a mail that was not known before: its bytes are due to be checked.</returns>
    public bool Shows(ShownEntry entry)
    {
        lock (gate)
        {
            if (log.TryGetValue(entry.Sequence, out var before))
            {
                Expect(before == (entry.Id, entry.Payload), $"entry {entry.Sequence} is another one than it was");
                return false;
            }
            Expect(entry.Sequence == lastKnown + 1, $"entry {entry.Sequence} follows {lastKnown}");
            log[lastKnown = entry.Sequence] = (entry.Id, entry.Payload);
            if (entry.Mail is { } mail) Add(mail);
            foreach (var fact in entry.Facts) Add(fact);
            return entry.Mail is not null;
        }
    }

    /// <summary>The end of a reading: everything that was ever shown, delivered or acknowledged has been read.</summary>
    public void ReadThrough(long sequence)
    {
        lock (gate)
        {
            Expect(lastKnown <= sequence, $"the log ends at {sequence} and had shown {lastKnown}");
            CheckDelivered();
            CheckOutcomes();
            foreach (var one in acknowledged.Skip(checkedAcknowledged)) CheckAcknowledged(one);
            checkedAcknowledged = acknowledged.Count;
        }
    }

    public string WordOf(string sha)
    {
        lock (gate) return letters[sha].Word;
    }

    public bool IsBytesOf(string sha, ReadOnlySpan<byte> bytes)
    {
        lock (gate) return bytes.SequenceEqual(letters[sha].Bytes);
    }

    public void CheckBytes(string id, ReadOnlySpan<byte> bytes)
    {
        lock (gate) Expect(bytes.SequenceEqual(letters[kept[id].Sha].Bytes), $"{id} holds other bytes than were sent");
    }

    private int checkedAcknowledged;

    private void CheckAcknowledged(Acknowledgement one)
    {
        var (mailing, recipient, id) = (one.Mailing, one.Recipient, one.Id);
        var own = OwnRecords(one);
        if (id is null) Expect(one.Foreign && (own.Count > 0 || passed.Contains((mailing.Letter.Sha, recipient))), $"mailing {mailing.Number}: {recipient} got 2xx without a record");
        else if (mailing.Door != Doors.Smtp) Expect(own.Contains(id), $"mailing {mailing.Number}: {recipient} was told {id}, and its own are {string.Join(' ', own)}");
        else Expect(own.Count > 0 || (one.Foreign && passed.Contains((mailing.Letter.Sha, recipient))), $"mailing {mailing.Number}: {recipient} got 2xx ({id}), and no record is its own");
    }

    /// <summary>Records of the key that had not been closed when the mailing was first tried.</summary>
    private List<string> OwnRecords(Acknowledgement one)
    {
        var known = SendingsOf(one.Mailing.KeyOf(one.Recipient));
        return [.. known.Records.Where(id => !known.ClosedBefore[one.Mailing.Number].Contains(id))];
    }

    private void Add(Kept mail)
    {
        kept.Add(mail.Id, mail);
        Expect(letters.ContainsKey(mail.Sha), $"{mail.Id} holds bytes that nobody sent");
        foreach (var (recipient, facts) in mail.Recipients)
        {
            var known = SendingsOf(new Key(mail.Sha, mail.From, recipient, mail.Journal));
            known.Records.Add(mail.Id);
            Expect(known.Whole > 0, $"{mail.Id} names {recipient}, whom no whole transaction named");
            // Closed is a key from the moment the upstream proves that it saw the answer, before the log says so.
            Expect(known.Records.Count <= 1 + known.MayConfirm + expiries, $"{mail.Id} is a second record for {recipient} while the first one's key is open");
            Expect(facts.Owners.SequenceEqual(Addresses.OwnersOf(recipient)), $"{mail.Id} is shown to {string.Join(',', facts.Owners)} for {recipient}");
        }
    }

    private void Add(ShownFact fact)
    {
        Expect(kept.TryGetValue(fact.RecordId, out var record), $"{fact.Type} is about {fact.RecordId}, which is no record");
        if (record is null) return;
        if (fact is { IsUnheard: true, Outcome: not "accepted" } && DeliveriesOf(fact.RecordId, fact.Recipient, fact.Act) is { Unaccounted: > 0 } told) told.Unheard++;
        switch (fact.Type)
        {
            case "messages.confirmed":
                var sent = SendingsOf(new Key(record.Sha, record.From, fact.Recipient, record.Journal));
                if (!confirmed.Add((fact.RecordId, fact.Recipient))) break;
                sent.Confirmed++;
                Expect(sent.Confirmed <= sent.MayConfirm, $"{fact.RecordId} is confirmed for {fact.Recipient}, whose upstream saw nothing");
                break;
            case "message.relayed" or "dispatch.ended" when fact.Outcome == "accepted" && fact.Act != "bounce":
                var counted = DeliveriesOf(fact.RecordId, fact.Recipient, fact.Act);
                counted.Durable++;
                Expect(counted.Durable <= counted.Told, $"{fact.RecordId} is told delivered to {fact.Recipient} ({fact.Act}), and no next hop said so");
                break;
            case "dispatch.requested" when fact.Act.StartsWith("resend", StringComparison.Ordinal):
                wished.Add((fact.RecordId, fact.Recipient, fact.Act));
                break;
            case "dispatch.ended" when fact.IsOver:
                failed.Add((fact.RecordId, fact.Recipient, fact.Act));
                break;
        }
    }

    // ---- the end

    /// <summary>Everything has had its time, all is well again, and the upstreams have nothing left.</summary>
    public void CheckOwnership()
    {
        lock (gate)
        {
            foreach (var one in acknowledged.Where(one => !one.Mailing.IsJournal))
            {
                var own = OwnRecords(one);
                var isDone = own.Any(id => IsDone(kept[id], one.Recipient)) || (one.Foreign && passed.Contains((one.Mailing.Letter.Sha, one.Recipient)));
                Expect(isDone, $"mailing {one.Mailing.Number}: nobody delivers {own.FirstOrDefault()} to {one.Recipient}, and nobody says so");
            }
            foreach (var wish in wished)
                Expect(failed.Contains(wish) || (deliveries.TryGetValue(wish, out var counted) && counted.Told + counted.Untold > 0), $"the wish for {wish} is forgotten");
            foreach (var wish in answeredWishes) Expect(wished.Contains(wish), $"the wish for {wish} was answered and is in no log");
        }
    }

    private bool IsDone(Kept record, string recipient) =>
        record.Recipients[recipient].IsHeld
        || (deliveries.TryGetValue((record.Id, recipient, "relay"), out var counted) && counted.Told + counted.Untold > 0)
        || (failed.Contains((record.Id, recipient, "relay")) && IsReported(record, recipient));

    // A report that nobody takes ends there (RFC 5321 §4.5.5).
    private bool IsReported(Kept record, string recipient) =>
        record.From.Length == 0 || bounced.Contains((record.Id, recipient)) || failed.Contains((record.Id, recipient, "bounce"));

    private Sendings SendingsOf(Key key) => sendings.TryGetValue(key, out var known) ? known : sendings[key] = new Sendings();

    private Deliveries DeliveriesOf(string id, string recipient, string act) =>
        deliveries.TryGetValue((id, recipient, act), out var known) ? known : deliveries[(id, recipient, act)] = new Deliveries();

    private void Expect(bool condition, string what)
    {
        if (!condition) broken.Add(what);
    }
}

/// <summary>The site's address rules, written down a second time.</summary>
internal static class Addresses
{
    public const string Ours = "example.edu", Elsewhere = "elsewhere.test";

    public static bool IsOurs(string address) => address.EndsWith("@" + Ours, StringComparison.OrdinalIgnoreCase);

    public static IReadOnlyList<string> OwnersOf(string address) => IsOurs(address) ? [$"{LocalPart(address)}@{Ours}"] : [];

    private static string LocalPart(string address) => address.Split('@')[0].Split('+')[0].ToLowerInvariant();
}
