using System.Text;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using Recorder.Mail;

namespace Recorder.Fuzz.Targets;

/// <summary>Markup. What the cleaner gives, read by another parser, holds nothing that runs, fetches or leaves its place.</summary>
public sealed class HtmlTarget : FuzzTarget
{
    public override IReadOnlyList<string> Libraries => ["HtmlSanitizer", "AngleSharp", "AngleSharp.Css"];

    public override IEnumerable<byte[]> Seeds() =>
        ((string[])
        [
            "<p style='color:red;background:url(http://e/x)'>a<b>b</p><img src=http://e/x onerror=x><a href='jav&#97;script:x'>y</a>",
            "<table><tr><td background=//e/x>a<style>@import 'x'</style><svg><script>1</script></svg><math><mglyph><style><!--</style>",
            "<!--><noscript><p title=\"</noscript><img src=x onerror=1>\"><template><form><button formaction=x>", "<select><textarea></select><b>&lt;script&gt;&#60;x",
            "<base href=http://e><meta http-equiv=refresh content='0;url=http://e'><link rel=stylesheet href=x><iframe srcdoc='<x>'><img srcset='http://e 2x'>",
            "<div style=\"w\\69dth:expression(1);behavior:url(x);position:fixed\">x<![CDATA[ y ]]><xmp><plaintext>",
        ]).Select(Bytes);

    public override void Run(byte[] input)
    {
        var html = Encoding.UTF8.GetString(input);
        foreach (var remote in (bool[])[false, true])
        {
            var clean = HtmlCleaner.Clean(html, remote, _ => "/parts/1").Html;
            if (clean is null) continue;
            Oracle.Holds(clean.Length <= 12 * html.Length + 1000, "the markup multiplied");
            CheckHarmless(clean, remote);
        }
        Oracle.Holds(HtmlText.Of(html).Length <= 2 * html.Length + 10, "the text multiplied");
    }

    internal static void CheckHarmless(string html, bool remoteAllowed = false)
    {
        var document = new HtmlParser().ParseDocument("<body>" + html);
        Oracle.Holds(document.QuerySelector("script,style,iframe,frame,object,embed,form,input,button,svg,math,link,meta,base,template,noscript,xmp,plaintext") is null, $"element: {html}");
        foreach (var attribute in document.All.SelectMany(element => element.Attributes)) CheckAttribute(attribute, remoteAllowed, html);
    }

    private static void CheckAttribute(IAttr attribute, bool remoteAllowed, string html)
    {
        var value = attribute.Value.ToLowerInvariant();
        Oracle.Holds(!attribute.Name.StartsWith("on", StringComparison.Ordinal) && attribute.Name is not ("id" or "name" or "class" or "srcdoc" or "srcset" or "formaction"), $"{attribute.Name}: {html}");
        if (attribute.Name is "href" or "src" or "background")
            Oracle.Holds(((string[])["http://", "https://", "mailto:", "data:image/", "/parts/1"]).Any(start => value.StartsWith(start, StringComparison.Ordinal)), $"{attribute.Name}={value}: {html}");
        if (attribute.Name is "src" or "background" && !remoteAllowed) Oracle.Holds(!value.StartsWith("http", StringComparison.Ordinal), $"remote {value}: {html}");
        if (attribute.Name == "style")
            Oracle.Holds(!((string[])["url(", "expression", "position", "behavior", "@import", "javascript"]).Any(value.Contains), $"style {value}: {html}");
    }
}
