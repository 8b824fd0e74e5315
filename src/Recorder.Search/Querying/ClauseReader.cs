using Recorder.Search.Analysis;

namespace Recorder.Search.Querying;

/// <summary>Reads one word, quoted text or operator with its value. What cannot be read as an operator is text, with a hint.</summary>
internal sealed class ClauseReader(DateTimeOffset now, TimeZoneInfo zone, Hints hints)
{
    public QueryNode? Operated(Token name, Token value) => name.Name!.Value switch
    {
        Operator.Has => Has(name, value),
        Operator.Attachment => Attachment(value),
        Operator.Is => Operators.StateCode(value.Text) is { } code ? new StateNode(code) : Unknown(name, value),
        Operator.Before => Day(value) is { } day ? new ReceivedNode(null, day) : BadDate(name, value),
        Operator.After => Day(value) is { } day ? new ReceivedNode(day, null) : BadDate(name, value),
        Operator.OlderThan => Age(value) is { } then ? new ReceivedNode(null, then) : BadDate(name, value),
        Operator.NewerThan => Age(value) is { } then ? new ReceivedNode(then, null) : BadDate(name, value),
        Operator.Larger => Values.Bytes(value.Text) is { } bytes ? new SizeNode(bytes, null) : BadSize(name, value),
        Operator.Smaller => Values.Bytes(value.Text) is { } bytes ? new SizeNode(null, bytes) : BadSize(name, value),
        Operator.MessageId => new MessageIdNode(value.Text.Trim().TrimStart('<').TrimEnd('>')),
        var words => Words(Operators.Field(words)!.Value, value),
    };

    public TextNode? Words(SearchField field, Token value)
    {
        var quoted = value.Kind == TokenKind.Quoted;
        var prefix = !quoted && value.Text.EndsWith('*');
        var whole = quoted || prefix ? null : AddressShape.Whole(value.Text);
        var units = Bounded(TextUnits.Of(value.Text), value.Text);
        if (units.Count > 0) return new TextNode(field, units, whole, quoted, prefix && MayBePrefix(units[^1]));
        if (value.Text.Length > 0) hints.Ignored(value.Text);
        return null;
    }

    private IReadOnlyList<TextUnit> Bounded(IReadOnlyList<TextUnit> units, string text)
    {
        if (units.Count <= QueryParser.MaxPhraseUnits) return units;
        hints.PhraseCut(text);
        return units.Take(QueryParser.MaxPhraseUnits).ToList();
    }

    /// <summary>Runs are found inside longer ones anyway; one letter alone would name half the dictionary.</summary>
    private bool MayBePrefix(TextUnit last)
    {
        if (last.IsRun) return false;
        if (last.Folded.Length >= Grams.MinPrefixChars) return true;
        hints.PrefixTooShort(last.Exact);
        return false;
    }

    private QueryNode? Has(Token name, Token value) =>
        value.Text.Equals("attachment", StringComparison.OrdinalIgnoreCase) || value.Text == "附件" ? new AttachmentNode() : Unknown(name, value);

    private QueryNode? Attachment(Token value) => value.Text switch
    {
        "有" => new AttachmentNode(),
        "無" or "沒有" => new NotNode(new AttachmentNode()),
        _ => Words(SearchField.FileName, value),
    };

    private DateTimeOffset? Day(Token value) => Values.StartOf(value.Text, zone);

    private DateTimeOffset? Age(Token value) => Values.Ago(value.Text, now, zone);

    private TextNode? Unknown(Token name, Token value)
    {
        hints.UnknownOperator($"{name.Text}:{value.Text}");
        return AsText(name, value);
    }

    private TextNode? BadDate(Token name, Token value)
    {
        hints.BadDate(value.Text);
        return AsText(name, value);
    }

    private TextNode? BadSize(Token name, Token value)
    {
        hints.BadSize(value.Text);
        return AsText(name, value);
    }

    private TextNode? AsText(Token name, Token value) => Words(SearchField.Text, value with { Text = $"{name.Text}:{value.Text}" });
}
