using System.Text;

namespace Recorder.Mail;

/// <summary>Whether lines of a text go on in the next (RFC 3676 §4), and whether the space that says so is part of it.</summary>
internal enum Flow
{
    None,
    KeepsSpaces,
    DeletesSpaces,
}

/// <summary>Whole paragraphs out of format=flowed: Chinese is cut anywhere, so its words would not be found across two lines.</summary>
internal static class FlowedText
{
    public static string Of(string text, Flow flow)
    {
        var output = new StringBuilder(text.Length);
        var (goesOn, depthBefore) = (false, 0);
        foreach (var range in text.AsSpan().Split('\n'))
        {
            var line = text.AsSpan()[range].TrimEnd('\r');
            var depth = line.Length - line.TrimStart('>').Length;
            line = line[depth..];
            line = line.StartsWith(' ') ? line[1..] : line; // stuffed by the sender (RFC 3676 §4.4)
            var isSignature = line is "-- ";
            if (!goesOn || depth != depthBefore || isSignature)
                output.Append(range.Start.Value == 0 ? "" : "\n").Append('>', depth).Append(depth > 0 ? " " : "");
            (goesOn, depthBefore) = (line.EndsWith(' ') && !isSignature, depth);
            output.Append(goesOn && flow == Flow.DeletesSpaces ? line[..^1] : line);
        }
        return output.ToString();
    }
}
