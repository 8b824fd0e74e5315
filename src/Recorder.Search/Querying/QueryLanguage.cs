namespace Recorder.Search;

/// <summary>What a query can ask for besides words.</summary>
public enum Operator
{
    From, To, Cc, Bcc, Subject, Body, Attachment, FileName, List, Header, Has, Is, On, Before, After, OlderThan, NewerThan, Larger, Smaller, MessageId,
}

/// <summary>One operator as people know it. The parser, the help page and the documentation all come from these rows.</summary>
/// <param name="Names">English first, then other English forms and the Chinese ones; full-width colons are read too.</param>
/// <param name="Chinese">The name shown in Chinese; the English one where people use that.</param>
/// <param name="Example">A whole query.</param>
/// <param name="ChineseExample">The same for readers of Chinese.</param>
public sealed record OperatorWord(Operator Operator, IReadOnlyList<string> Names, string Chinese, string Example, string ChineseExample)
{
    public string Name => Names[0];
}

/// <summary>What <c>is:</c> may name. The first name is shown in English, the last one in Chinese.</summary>
/// <param name="Disposition">The first disposition's code or its first part; null where the word is a mark.</param>
/// <param name="Mark">What happened later; see <see cref="RecordMarkNames"/>.</param>
public sealed record StateWord(IReadOnlyList<string> Names, string? Disposition, string? Mark)
{
    public string Name => Names[0];
}

/// <summary>What <c>has:</c> may name: a kind of attachment. The first row is any attachment. Names as above.</summary>
/// <param name="Term">In the index.</param>
public sealed record KindWord(IReadOnlyList<string> Names, string Term)
{
    public string Name => Names[0];
}

/// <summary>The table of the query language.</summary>
public static class QueryLanguage
{
    public static IReadOnlyList<OperatorWord> Operators { get; } =
    [
        Row(Operator.From, "寄件者", "from:library", "寄件者：圖書館", "from", "sender", "寄件者", "寄件人", "寄信人", "发件人"),
        Row(Operator.To, "收件者", "to:lin@example.edu", "收件者：lin@example.edu", "to", "recipient", "收件者", "收件人", "收信人"),
        Row(Operator.Cc, "副本", "cc:office", "副本：office", "cc", "副本", "抄送"),
        Row(Operator.Bcc, "密件副本", "bcc:lin", "密件副本：lin", "bcc", "密件副本", "密送"),
        Row(Operator.Subject, "主旨", "subject:invoice", "主旨：口試", "subject", "主旨", "主題", "标题", "主题", "標題"),
        Row(Operator.Body, "內文", "body:schedule", "內文：行程", "body", "內文", "內容", "本文", "正文", "内容"),
        Row(Operator.Attachment, "附件", "attachment:budget", "附件：預算", "attachment", "附件"),
        Row(Operator.FileName, "檔名", "filename:pdf", "檔名：pdf", "filename", "檔名", "文件名"),
        Row(Operator.List, "郵遞論壇", "list:news.example.org", "郵遞論壇：news.example.org", "list", "郵遞論壇", "郵件列表", "邮件列表"),
        Row(Operator.Header, "標頭", "header:X-Mailer:Outlook", "標頭：X-Mailer:Outlook", "header", "標頭", "檔頭"),
        Row(Operator.Has, "含", "has:pdf", "含：圖片", "has", "含", "含有"),
        Row(Operator.Is, "狀態", "is:released", "狀態：已放行", "is", "in", "狀態", "状态"),
        Row(Operator.On, "日期", "on:yesterday", "日期：昨天", "on", "date", "日期", "當天"),
        Row(Operator.Before, "之前", "before:2026-12-01", "之前：民國115年12月1日", "before", "until", "之前", "早於", "以前"),
        Row(Operator.After, "之後", "after:\"last month\"", "之後：上個月", "after", "since", "之後", "晚於", "以後"),
        Row(Operator.OlderThan, "早過", "older_than:30d", "早過：30天", "older_than", "older", "早過"),
        Row(Operator.NewerThan, "近", "newer_than:2w", "近：2週", "newer_than", "newer", "近", "最近"),
        Row(Operator.Larger, "大於", "larger:5M", "大於：5M", "larger", "larger_than", "大於", "大于"),
        Row(Operator.Smaller, "小於", "smaller:200k", "小於：200k", "smaller", "smaller_than", "小於", "小于"),
        Row(Operator.MessageId, "rfc822msgid", "rfc822msgid:a1@example.org", "rfc822msgid:a1@example.org", "rfc822msgid", "msgid", "message-id", "messageid"),
    ];

    public static IReadOnlyList<StateWord> States { get; } =
    [
        First("held", "held", "quarantined", "quarantine", "隔離", "攔截", "已攔截", "已隔離"),
        First("held.spam", "spam", "junk", "垃圾", "垃圾信", "垃圾郵件"),
        First("held.phish", "phish", "phishing", "釣魚", "釣魚信"),
        First("held.malware", "malware", "virus", "病毒", "惡意", "惡意程式"),
        First("deliver", "delivered", "送達", "已送達"),
        First("journal", "journal", "日誌"),
        First("import", "imported", "匯入", "已匯入"),
        Later(RecordMarkNames.Released, "released", "放行", "已放行"),
        Later(RecordMarkNames.Resent, "resent", "重寄", "已重寄"),
        Later(RecordMarkNames.Requested, "requested", "申請", "已申請"),
        Later(RecordMarkNames.Reported, "reported", "回報", "已回報"),
        Later(RecordMarkNames.Hidden, "hidden", "隱藏", "已隱藏"),
    ];

    public static IReadOnlyList<KindWord> Kinds { get; } =
    [
        Kind("attachment", "attachment", "attachments", "file", "檔案", "附件"),
        Kind("image", "image", "images", "picture", "photo", "圖檔", "照片", "圖片"),
        Kind("pdf", "pdf"),
        Kind("document", "document", "doc", "word", "文件檔", "文件"),
        Kind("spreadsheet", "spreadsheet", "sheet", "excel", "表格", "試算表"),
        Kind("presentation", "presentation", "slides", "powerpoint", "投影片", "簡報"),
        Kind("archive", "archive", "zip", "壓縮檔"),
        Kind("audio", "audio", "music", "錄音", "音訊"),
        Kind("video", "video", "視訊", "影片"),
        Kind("calendar", "calendar", "invite", "invitation", "會議邀請", "行事曆"),
        Kind("message", "message", "email", "郵件"),
    ];

    /// <summary>By any of its names; null where there is none.</summary>
    public static OperatorWord? Find(string name) =>
        Operators.FirstOrDefault(row => row.Names.Contains(name, StringComparer.OrdinalIgnoreCase));

    private static OperatorWord Row(Operator name, string chinese, string example, string chineseExample, params string[] names) =>
        new(name, names, chinese, example, chineseExample);

    private static StateWord First(string code, params string[] names) => new(names, code, null);

    private static StateWord Later(string mark, params string[] names) => new(names, null, mark);

    private static KindWord Kind(string term, params string[] names) => new(names, term);
}
