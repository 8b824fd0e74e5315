using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Recorder.Ledger;

/// <summary>The one JSON form of events and record headers: camelCase, no nulls, enum names. An event's first member says of which type it is.</summary>
public static class LedgerJson
{
    private static readonly JsonDerivedTypeAttribute[] Known = [.. typeof(LedgerEvent).GetCustomAttributes<JsonDerivedTypeAttribute>()];

    private static readonly Dictionary<string, Type> Types = Known.ToDictionary(known => (string)known.TypeDiscriminator!, known => known.DerivedType, StringComparer.Ordinal);

    private static readonly Dictionary<Type, byte[]> Beginnings =
        Known.ToDictionary(known => known.DerivedType, known => Encoding.ASCII.GetBytes($"{{\"type\":\"{known.TypeDiscriminator}\","));

    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        TypeInfoResolver = JsonTypeInfoResolver.Combine(LedgerJsonTypes.Default, new DefaultJsonTypeInfoResolver()),
    };

    /// <remarks>What the serialiser makes of a <see cref="LedgerEvent"/>, but by the event's own type: as a <see cref="LedgerEvent"/> the first one
    /// written after a start would have every type there is worked out, which takes a process a third of a second.</remarks>
    public static byte[] Encode(LedgerEvent fact)
    {
        var type = fact.GetType();
        // Never empty: who and when are in every event.
        return [.. Beginnings[type], .. JsonSerializer.SerializeToUtf8Bytes(fact, type, Options).AsSpan(1)];
    }

    /// <returns>null for an event of a later version: it is kept and skipped.</returns>
    public static LedgerEvent? Decode(ReadOnlySpan<byte> json)
    {
        try
        {
            return TypeOf(json) is { } type ? (LedgerEvent?)JsonSerializer.Deserialize(json, type, Options) : null;
        }
        catch (Exception error) when (error is JsonException or NotSupportedException)
        {
            return null;
        }
    }

    private static Type? TypeOf(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        var isNamed = reader.Read() && reader.TokenType == JsonTokenType.StartObject
            && reader.Read() && reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("type"u8)
            && reader.Read() && reader.TokenType == JsonTokenType.String;
        return isNamed ? Types.GetValueOrDefault(reader.GetString()!) : null;
    }
}
