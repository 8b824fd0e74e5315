using Recorder.Search.Analysis;

namespace Recorder.Search.Querying;

/// <summary>Reads one word, quoted text or operator with its value. What cannot be read as an operator is text, with a hint.</summary>
internal sealed class ClauseReader(DateTimeOffset now, TimeZoneInfo zone, Hints hints)
{
    private readonly Periods _periods = new(now, zone);

    public QueryNode? Operated(Token name, Token value) => name.Name!.Value switch
    {
        Operator.Has => Operators.Kind(value.Text) is { } kind ? new AttachmentNode(kind.Term) : Unknown(name, value),
        Operator.Attachment when value.Kind == TokenKind.Word && HasOrNot(value.Text) is { } having => having,
        Operator.Is => State(value.Text) ?? Unknown(name, value),
        Operator.Header => Header(value),
        Operator.On => InPeriod(name, value, static (start, end) => new ReceivedNode(start, end)),
        Operator.Before => InPeriod(name, value, static (start, _) => new ReceivedNode(null, start)),
        Operator.After => InPeriod(name, value, static (start, _) => new ReceivedNode(start, null)),
        Operator.OlderThan => _periods.Ago(value.Text) is { } then ? new ReceivedNode(null, then) : BadDate(name, value),
        Operator.NewerThan => _periods.Ago(value.Text) is { } then ? new ReceivedNode(then, null) : BadDate(name, value),
        Operator.Larger => Values.Bytes(value.Text) is { } bytes ? new SizeNode(bytes, null) : BadSize(name, value),
        Operator.Smaller => Values.Bytes(value.Text) is { } bytes ? new SizeNode(null, bytes) : BadSize(name, value),
        Operator.MessageId => MessageId(value),
        var words => Operators.Field(words) is { } field ? Words(field, value) : Unknown(name, value),
    };

    /// <summary>Words in a field; where people are asked for, a pasted <c>Name &lt;address&gt;</c> asks for both.</summary>
    public QueryNode? Words(SearchField field, Token value)
    {
        var open = field is SearchField.From or SearchField.To or SearchField.Cc or SearchField.Bcc ? value.Text.LastIndexOf('<') : -1;
        if (open > 0 && value.Text.EndsWith('>') && AddressShape.Whole(value.Text[open..]) is not null)
            return Person(field, value with { Text = value.Text[..open] }, value with { Kind = TokenKind.Word, Text = value.Text[open..] });
        return Plain(field, value);
    }

    private TextNode? Plain(SearchField field, Token value)
    {
        var quoted = value.Kind == TokenKind.Quoted;
        var prefix = !quoted && value.Text.EndsWith('*');
        var whole = quoted || prefix ? null : AddressShape.Whole(value.Text);
        var domain = quoted || prefix ? null : AddressShape.Domain(value.Text);
        var units = Bounded(TextUnits.Of(value.Text), value.Text);
        if (units.Count > 0) return new TextNode(field, units, whole, quoted, prefix && MayBePrefix(units[^1])) { Domain = domain };
        if (value.Text.Length > 0) hints.Ignored(value.Text);
        return null;
    }

    private QueryNode? Person(SearchField field, Token name, Token address) =>
        TextUnits.Of(name.Text).Count == 0 ? Plain(field, address)
        : (Plain(field, name), Plain(field, address)) is ({ } named, { } at) ? new AllOf([named, at]) : null;

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

    /// <summary><c>附件:有</c>, <c>附件:無</c>: what people write who look for any.</summary>
    private static QueryNode? HasOrNot(string text) => text switch
    {
        "有" => new AttachmentNode(QueryLanguage.Kinds[0].Term),
        "無" or "沒有" => new NotNode(new AttachmentNode(QueryLanguage.Kinds[0].Term)),
        _ => null,
    };

    private static QueryNode? State(string name) => Operators.State(name) switch
    {
        { Disposition: { } code } => new StateNode(code),
        { Mark: { } mark } => new MarkNode(mark),
        _ => null,
    };

    /// <summary><c>Name:words</c>, or a name alone. Fields that have an operator are asked for by that.</summary>
    private QueryNode? Header(Token value)
    {
        var colon = value.Text.IndexOf(':', StringComparison.Ordinal);
        var name = (colon < 0 ? value.Text : value.Text[..colon]).Trim().ToLowerInvariant();
        var words = value with { Text = colon < 0 ? "" : value.Text[(colon + 1)..].Trim() };
        if (name.Length == 0) return Plain(SearchField.Text, value);
        if (words.Text.Length > 0 && HeaderFields.Own(name) is { } field) return Words(field, words);
        if (words.Text.Length > 0 && name == "message-id") return MessageId(words);
        if (words.Text.Length > 0 && HeaderFields.NamesMessages(name)) return new HeaderIdNode(name, Bare(words.Text));
        return new HeaderNode(name, Bounded(TextUnits.Of(words.Text), words.Text));
    }

    private static MessageIdNode MessageId(Token value) => new(Bare(value.Text));

    private static string Bare(string id) => id.Trim().TrimStart('<').TrimEnd('>');

    private QueryNode? InPeriod(Token name, Token value, Func<DateTimeOffset, DateTimeOffset, QueryNode> node) =>
        _periods.Read(value.Text) is { } period ? node(_periods.Instant(period.Start), _periods.Instant(period.End)) : BadDate(name, value);

    private QueryNode? Unknown(Token name, Token value)
    {
        hints.UnknownOperator($"{name.Text}:{value.Text}");
        return AsText(name, value);
    }

    private QueryNode? BadDate(Token name, Token value)
    {
        hints.BadDate(value.Text);
        return AsText(name, value);
    }

    private QueryNode? BadSize(Token name, Token value)
    {
        hints.BadSize(value.Text);
        return AsText(name, value);
    }

    private QueryNode? AsText(Token name, Token value) => Plain(SearchField.Text, value with { Text = $"{name.Text}:{value.Text}" });
}
