using System.Collections.Frozen;

namespace Recorder.Mail;

/// <summary>What markup of a message may contain. Everything absent here is refused, by the pruner and the sanitiser alike.</summary>
internal static class HtmlPolicy
{
    // font, center and the like: mail is where they live on.
    public static readonly FrozenSet<string> Tags = Words(
        "a abbr address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del details dfn dir div dl dt em "
        + "figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark menu nav nobr ol p pre q rp rt ruby s samp section "
        + "small span strike strong sub summary sup table tbody td tfoot th thead time tr tt u ul var wbr");

    /// <summary>No id, name or class: nothing in a message may be addressed by a script or style of ours.</summary>
    public static readonly FrozenSet<string> Attributes = Words(
        "abbr align alt axis background bgcolor border cellpadding cellspacing char charoff clear color cols colspan datetime dir face "
        + "frame height href hspace lang noshade nowrap open reversed rowspan rules scope size span src start style summary title "
        + "type valign value vspace width");

    /// <summary>Nothing that positions, fetches, animates or overlays.</summary>
    public static readonly FrozenSet<string> CssProperties = Words(
        "background-color border border-bottom border-bottom-color border-bottom-style border-bottom-width border-collapse border-color border-left "
        + "border-left-color border-left-style border-left-width border-radius border-right border-right-color border-right-style border-right-width "
        + "border-spacing border-style border-top border-top-color border-top-style border-top-width border-width caption-side clear color direction display "
        + "empty-cells float font font-family font-size font-style font-variant font-weight height letter-spacing line-height list-style-position "
        + "list-style-type margin margin-bottom margin-left margin-right margin-top max-height max-width min-height min-width padding padding-bottom "
        + "padding-left padding-right padding-top table-layout text-align text-decoration text-decoration-color text-decoration-line "
        + "text-decoration-style text-indent text-transform vertical-align white-space width word-break word-spacing word-wrap overflow-wrap "
        + "border-top-left-radius border-top-right-radius border-bottom-left-radius border-bottom-right-radius");

    private static readonly FrozenSet<string> Unread = Words("script style title iframe noembed noframes xmp textarea");
    private static readonly FrozenSet<string> Void = Words("br col hr img wbr");
    private static readonly FrozenSet<string> Formatting = Words("a b big code em font i nobr s small strike strong tt u");
    private static readonly FrozenSet<string> Blocks = Words(
        "address article aside blockquote center details dir div dl dt dd figcaption figure footer h1 h2 h3 h4 h5 h6 header hr li main menu nav ol p pre section summary table ul");
    private static readonly FrozenSet<string> Scopes = Words("table td th caption");
    private static readonly FrozenSet<string> TableParts = Words("table tbody thead tfoot tr td th caption colgroup");
    private static readonly FrozenSet<string> SiblingScopes = Words("table ul ol dl dir menu ruby blockquote");
    private static readonly FrozenSet<string> Items = Words("li"), Terms = Words("dt dd"), Cells = Words("td th caption colgroup"),
        Rows = Words("tr td th caption colgroup"), Sections = Words("tbody thead tfoot tr td th caption colgroup"), Anchors = Words("a"), Nobreaks = Words("nobr"), Rubies = Words("rt rp");

    public static string? TagName(ReadOnlySpan<char> written) => Canonical(Tags, written);

    public static string? AttributeName(ReadOnlySpan<char> written) => Canonical(Attributes, written);

    public static bool HasUnreadText(ReadOnlySpan<char> name) => Canonical(Unread, name) is not null;

    public static bool IsVoid(string name) => Void.Contains(name);

    /// <summary>Elements that a browser opens again by itself after their parent ends.</summary>
    public static bool IsFormatting(string name) => Formatting.Contains(name);

    public static bool IsBlock(string name) => Blocks.Contains(name);

    public static bool IsScope(string name) => Scopes.Contains(name);

    public static bool IsTablePart(string name) => TableParts.Contains(name);

    public static bool IsSiblingScope(string name) => SiblingScopes.Contains(name);

    /// <summary>Open elements that a start tag of this name ends: end tags of items, rows and cells are often left out.</summary>
    public static FrozenSet<string>? ClosedBySibling(string name) => name switch
    {
        "li" => Items,
        "dt" or "dd" => Terms,
        "td" or "th" => Cells,
        "tr" => Rows,
        "tbody" or "thead" or "tfoot" => Sections,
        "a" => Anchors,
        "nobr" => Nobreaks,
        "rt" or "rp" => Rubies,
        _ => null,
    };

    /// <summary>Rows and cells only where a table has room for them: elsewhere a parser moves content about.</summary>
    public static bool MayStandIn(string name, string? parent) => name switch
    {
        "tr" => parent is "table" or "tbody" or "thead" or "tfoot",
        "td" or "th" => parent is "tr",
        "tbody" or "thead" or "tfoot" or "caption" or "colgroup" => parent is "table",
        "col" => parent is "colgroup" or "table",
        _ => parent is not ("table" or "tbody" or "thead" or "tfoot" or "tr" or "colgroup"),
    };

    private static string? Canonical(FrozenSet<string> set, ReadOnlySpan<char> written) =>
        written.Length <= 16 && set.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(written, out var name) ? name : null;

    private static FrozenSet<string> Words(string words) =>
        words.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.OrdinalIgnoreCase);
}
