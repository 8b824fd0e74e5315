using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using System.Xml.Linq;
using Recorder.Archive;
using Recorder.Audit;
using Recorder.Indexing;
using Recorder.Ledger;
using Recorder.Ledger.State;
using Recorder.Tests.Architecture;

namespace Recorder.Tests.Audit;

/// <summary>Whatever is written to the ledger can be asked for: by who, what, when, and on which record.</summary>
public sealed class EventTypesTests
{
    private static readonly Actor Somebody = new("user", "somebody@example.edu", "192.0.2.1");
    private static readonly DateTimeOffset At = new(2026, 3, 14, 10, 0, 0, TimeSpan.Zero);

    // Between two servers, or counted: nobody's act.
    private static readonly Type[] Bookkeeping = [typeof(AnswerConfirmed), typeof(AnswersConfirmed), typeof(ListEntriesHit), typeof(ClockSeen), typeof(RecordsForgotten), typeof(PurgeStepNamed)];

    private static readonly JsonSerializerOptions ByReflection = new(LedgerJson.Options) { TypeInfoResolver = new DefaultJsonTypeInfoResolver() };

    public static TheoryData<Type> Types => [.. typeof(LedgerEvent).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(LedgerEvent)))];

    [Theory]
    [MemberData(nameof(Types))]
    public void An_event_of_every_type_is_in_the_audit_with_who_when_and_which_record(Type type)
    {
        var fact = (LedgerEvent)Sample(type, 0)!;
        var json = LedgerJson.Encode(fact);
        Assert.Equal(JsonSerializer.Serialize(fact, LedgerJson.Options), JsonSerializer.Serialize(LedgerJson.Decode(json), LedgerJson.Options));
        var entry = new LogEntry(new RecordId(Guid.CreateVersion7(At)), new Position("main", 7), EntryKind.Event, At, At, json, 0, default);
        var documents = EventDocuments.Of(entry, _ => "mailbox@example.edu");
        if (Bookkeeping.Contains(type))
        {
            Assert.Empty(documents);
            return;
        }

        var name = type.BaseType!.GetCustomAttributes<JsonDerivedTypeAttribute>().Single(known => known.DerivedType == type).TypeDiscriminator;
        Assert.NotEmpty(documents);
        Assert.All(documents, document => Assert.Equal((name, Somebody.Name, At, 7L), (document.Type, document.Actor, document.At, document.Sequence)));
        Assert.Contains(name, AuditDesk.Types);
        if (type.GetProperty("RecordId") is { } record) Assert.All(documents, document => Assert.Equal(record.GetValue(fact), document.RecordId));
        if (type.GetProperty("Mailbox") is { } mailbox) Assert.All(documents, document => Assert.Equal(mailbox.GetValue(fact), document.Mailbox));
        Assert.DoesNotContain(documents, document => document.Json.Contains("passwordHash", StringComparison.OrdinalIgnoreCase) || document.Json.Contains("digestPhrase", StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void An_event_of_any_type_is_written_and_read_by_its_built_in_form_as_by_reflection(Type type)
    {
        Assert.NotNull(LedgerJsonTypes.Default.GetTypeInfo(type));
        foreach (var isShort in new[] { false, true })
        {
            var fact = (LedgerEvent)Sample(type, 0, isShort)!;
            var json = LedgerJson.Encode(fact);
            Assert.Equal(JsonSerializer.Serialize(fact, ByReflection), Encoding.UTF8.GetString(json));
            Assert.Equal(JsonSerializer.Serialize(fact, ByReflection), JsonSerializer.Serialize(LedgerJson.Decode(json), ByReflection));
            AssertSameForms(fact);
        }
    }

    [Fact]
    public void A_record_header_is_written_and_read_by_its_built_in_form_as_by_reflection()
    {
        foreach (var isShort in new[] { false, true }) AssertSameForms((RecordedMail)Sample(typeof(RecordedMail), 0, isShort)!);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void What_an_event_of_any_type_leaves_in_the_state_can_be_stored_and_read_back(Type type)
    {
        foreach (var isShort in new[] { false, true })
        {
            var state = new StateEditor(StateSnapshot.Empty);
            // Something was removed before, so that a copy says since when it is without it.
            state.Set(RetentionKeys.LastRemoval, new LastRemoval(DateTimeOffset.UnixEpoch));
            Projection.Apply((LedgerEvent)Sample(type, 0, isShort)!, state);
            foreach (var change in state.ToBatch(new StatePosition("main", 1, default)).Changes.Where(change => change.Value is not null))
            {
                var json = StateValues.Encode(change.Value!);
                Assert.Equal(json, StateValues.Encode(StateValues.Decode(StateValues.KindOf(change.Value!), json)));
                Assert.NotNull(LedgerJsonTypes.Default.GetTypeInfo(change.Value!.GetType()));
                Assert.Equal(JsonSerializer.Serialize(change.Value, change.Value.GetType(), ByReflection), json);
            }
        }
    }

    [Fact]
    public void An_act_on_many_records_is_found_by_each_of_them()
    {
        LedgerEvent[] facts =
        [
            new CampaignActed("c", CampaignAct.Hold, false, "why", ["r1", "r2"]) { Actor = Somebody, At = At },
            new MailExported("e", "a", [new ExportedMail("r1", "m1"), new ExportedMail("r2", "m2")]) { Actor = Somebody, At = At },
        ];
        foreach (var fact in facts)
        {
            var entry = new LogEntry(new RecordId(Guid.CreateVersion7(At)), new Position("main", 7), EntryKind.Event, At, At, LedgerJson.Encode(fact), 0, default);
            Assert.Equal(["r1", "r2"], EventDocuments.Of(entry, _ => null).Select(document => document.RecordId));
        }
    }

    [Theory]
    [InlineData("Text.resx")]
    [InlineData("Text.zh-Hant.resx")]
    public void Every_type_and_kind_of_actor_has_words(string file)
    {
        var names = XDocument.Load(Path.Combine(Tree.Root, $"src/Recorder/Web/Texts/{file}")).Root!.Elements("data").Select(data => data.Attribute("name")!.Value).ToHashSet();
        var missing = AuditDesk.Types.Where(type => !names.Contains("event." + type)).Select(type => "event." + type);
        Assert.True(!missing.Any(), $"the audit page needs words in {file} for {string.Join(", ", missing)}");
        Assert.DoesNotContain(new[] { "user", "admin", "link", "system", "setup", "cli", "peer" }, kind => !names.Contains("actor." + kind));
    }

    // Whole, and with each of its members left out, as an older or a later version may have written it.
    private static void AssertSameForms<T>(T value)
    {
        var json = JsonSerializer.Serialize(value, ByReflection);
        Assert.Equal(json, JsonSerializer.Serialize(value, LedgerJson.Options));
        Assert.Equal(json, Reread<T>(json, LedgerJson.Options));
        foreach (var member in JsonNode.Parse(json)!.AsObject().Select(member => member.Key))
        {
            var lacking = JsonNode.Parse(json)!.AsObject();
            lacking.Remove(member);
            Assert.Equal(Reread<T>(lacking.ToJsonString(), ByReflection), Reread<T>(lacking.ToJsonString(), LedgerJson.Options));
        }
    }

    private static string Reread<T>(string json, JsonSerializerOptions options)
    {
        try
        {
            return JsonSerializer.Serialize(JsonSerializer.Deserialize<T>(json, options), ByReflection);
        }
        catch (Exception error) when (error is JsonException or NotSupportedException)
        {
            return error.GetType().Name;
        }
    }

    /// <summary>A value of a type with something in every place.</summary>
    /// <param name="isShort">Nothing where a value may be left out.</param>
    private static object? Sample(Type type, int depth, bool isShort = false)
    {
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        if (plain == typeof(string)) return "019cebc9-d900-7ede-8acb-62466283387c";
        if (plain == typeof(Actor)) return Somebody;
        if (plain == typeof(DateTimeOffset)) return At;
        if (plain.IsEnum) return Enum.GetValues(plain).GetValue(0);
        if (plain.IsValueType) return Activator.CreateInstance(plain);
        if (plain.IsGenericType && plain.IsAssignableTo(typeof(IEnumerable))) return Sequence(plain, depth, isShort);
        if (depth > 4) return null;
        var constructor = plain.GetConstructors().OrderByDescending(one => one.GetParameters().Length).First();
        var made = constructor.Invoke([.. constructor.GetParameters().Select(parameter => isShort && parameter.HasDefaultValue ? parameter.DefaultValue : Sample(parameter.ParameterType, depth + 1, isShort))]);
        foreach (var property in plain.GetProperties().Where(property => property.GetCustomAttribute<RequiredMemberAttribute>() is not null))
            property.SetValue(made, Sample(property.PropertyType, depth + 1));
        return made;
    }

    private static object Sequence(Type type, int depth, bool isShort)
    {
        var element = type.GetGenericArguments()[0];
        var items = Array.CreateInstance(element, 1);
        items.SetValue(Sample(element, depth + 1, isShort), 0);
        return type.IsAssignableFrom(items.GetType()) ? items : Activator.CreateInstance(type, items)!;
    }
}
