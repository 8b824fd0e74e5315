using System.Text.Json;
using System.Text.Json.Serialization;

namespace Recorder.Ledger;

/// <summary>An enum's values by name, as in the ledger, wherever it is written as JSON.</summary>
public sealed class CamelCaseNames<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.CamelCase) where T : struct, Enum;
