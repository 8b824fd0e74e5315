using System.Collections.Frozen;

namespace Recorder.Mail;

/// <summary>Attachments that run something when opened, by name or declared type: shown with a warning, never hidden.</summary>
internal static class DangerousFiles
{
    private static readonly FrozenSet<string> Extensions = Set(
        // programs and installers
        "exe com scr pif cpl msi msp mst msix msixbundle appx appxbundle application appref-ms jar jnlp dll sys ocx drv apk app dmg pkg deb rpm run bin elf gadget xll "
        // scripts
        + "bat cmd btm ps1 ps1xml ps2 psc1 psm1 psd1 vb vbs vbe js jse mjs ws wsf wsc wsh sct hta py pyw pyc pl rb sh bash csh ksh zsh command workflow ahk au3 "
        // shortcuts, settings and help that carry commands
        + "lnk url website scf inf ins isp reg chm hlp msc job search-ms library-ms settingcontent-ms diagcab theme desktop rdp iqy slk "
        // Office with macros, add-ins, databases
        + "docm dotm xlsm xltm xlam xlsb pptm potm ppam ppsm sldm ade adp mda mdb mde mdt mdw mdz accda accdb accde wll one onepkg "
        // disk images, which strip the mark of the web
        + "iso img vhd vhdx vmdk udf daa "
        + "svg svgz shtml xhtml xht mht mhtml swf");

    private static readonly FrozenSet<string> Types = Set(
        "application/x-msdownload application/x-msdos-program application/x-dosexec application/x-executable application/x-sh application/x-csh "
        + "application/x-bat application/hta application/javascript text/javascript application/x-javascript application/x-vbs text/vbscript "
        + "application/java-archive application/x-java-archive application/x-ms-installer application/x-msi application/x-shockwave-flash "
        + "application/vnd.ms-word.document.macroenabled.12 application/vnd.ms-excel.sheet.macroenabled.12 application/vnd.ms-powerpoint.presentation.macroenabled.12 "
        + "application/vnd.microsoft.portable-executable application/x-iso9660-image image/svg+xml application/x-ms-shortcut");

    private static readonly FrozenSet<string> Decoys = Set("pdf doc docx xls xlsx ppt pptx txt rtf csv jpg jpeg png gif bmp zip htm html mp3 mp4 odt ods hwp");

    /// <param name="rawName">As sent, before cleaning: the tricks are in what cleaning removes.</param>
    public static bool Is(string rawName, string contentType)
    {
        // A right-to-left override makes exe.fdp look like pdf.exe reversed.
        if (Types.Contains(contentType) || rawName.AsSpan().IndexOfAnyInRange('\u202A', '\u202E') >= 0)
            return true;
        var name = HeaderText.Tidy(rawName).TrimEnd(' ', '.').ToLowerInvariant();
        var dot = name.LastIndexOf('.');
        if (dot < 0)
            return false;
        var extension = name[(dot + 1)..].Trim();
        return Extensions.Contains(extension) || IsDouble(name[..dot], extension);
    }

    /// <summary>invoice.pdf.html, report.docx.zip, or "invoice.pdf      .x": a harmless ending shown before another one.</summary>
    private static bool IsDouble(string stem, string extension)
    {
        var dot = stem.LastIndexOf('.');
        if (dot < 1 || extension is "gz" or "asc" or "sig" or "p7s" or "p7m" or "bak")
            return false;
        var inner = stem[(dot + 1)..].TrimEnd();
        return Decoys.Contains(inner) && inner != extension;
    }

    private static FrozenSet<string> Set(string words) => words.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal);
}
