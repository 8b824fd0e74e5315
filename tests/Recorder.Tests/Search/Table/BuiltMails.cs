namespace Recorder.Tests.Search.Table;

/// <summary>The built mail of the table. Texts are written for it.</summary>
internal static class BuiltMails
{
    public static IReadOnlyList<BuiltMail> All { get; } =
    [
        // Traditional Chinese
        new("big5", new Wire("big5", Encoding: "base64"), "期末成績公告", "教務處王小明", "ming@registrar.example.edu", "各位同學：\n本學期成績已經公布，請至教務系統查詢。\n如有疑問請洽註冊組分機1234。", "成績單.pdf"),
        new("big5-8bit", new Wire("big5", Head: Head.Q, Names: Names.Word2047), "圖書館還書通知", "圖書館", "library@lib.example.edu", "您借閱的《資料庫系統概論》將於11月30日到期，請儘速歸還或上網續借。", "續借說明.doc"),
        new("big5-raw", new Wire("big5", null, Head.Raw, Names: Names.Raw), "停車證申請開始", "總務處陳大文", "chen@ga.example.edu", "一一五年度汽車停車證即日起受理申請，逾期不候。\n請填妥申請表並附上行照影本。", "停車證申請表.xls"),
        new("big5-latin1", new Wire("big5", "iso-8859-1", Head.Raw), "系務會議紀錄", "資訊工程學系", "office@csie.example.edu", "檢送本系第十二次系務會議紀錄，請各位老師參考，如有修正意見請於週五前告知系辦公室。"),
        new("big5-ascii", new Wire("big5", "us-ascii", Head.SplitB, HeadLabel: "big5"), "畢業典禮場地佈置協調會議通知", "學生事務處課外活動組", "activity@osa.example.edu", "畢業典禮訂於六月六日舉行，請各單位派員出席協調會議，討論場地佈置與交通管制事宜。"),
        new("big5-qp", new Wire("big5", Encoding: "quoted-printable", Names: Names.Parts2231), "論文口試時間確認", "林教授", "lin@csie.example.edu", "口試委員：張教授、李教授。\n口試時間：十二月十五日下午兩點，地點：資訊館三樓會議室。", "口試委員名單.docx", "論文初稿第三版.pdf"),
        new("big5-html", new Wire("big5", Html: true), "健康檢查預約提醒", "衛生保健組", "health@osa.example.edu", "提醒您：員工健康檢查預約至本週五截止。\n檢查當日請空腹八小時。"),
        new("utf8-as-big5", new Wire("utf-8", "big5", Head.B), "校園網路維護公告", "計算機中心", "noc@cc.example.edu", "本週六凌晨兩點至六點進行骨幹交換器更新，期間無線網路將暫停服務，造成不便敬請見諒。"),
        new("utf8-nolabel", new Wire("utf-8", null, Head.Raw, Names: Names.Raw), "獎學金審查結果", "生活輔導組", "aid@osa.example.edu", "恭喜您通過優秀學生獎學金審查，獎學金新台幣兩萬元將於下月匯入您的帳戶。", "領據格式.odt"),
        new("utf8-qp", new Wire("utf-8", Head: Head.Q, Encoding: "quoted-printable"), "採購單 PO-2026-0042 核准", "採購組", "purchase@ga.example.edu", "貴單位採購單 PO-2026-0042 業經核准，廠商將於三日內交貨 iPhone15手機十支。"),
        new("utf8-quoted", new Wire("utf-8", Head: Head.Quoted, Encoding: "base64", Names: Names.Word2047), "專題演講：機器學習的未來", "張惠妹", "amei@music.example.tw", "時間：十一月三十日。講者：𠮷田先生。題目：深度學習與🚀火箭。", "海報設計稿v2.PNG"),
        new("utf8-wrapped", new Wire("utf-8"), "電子報第一期", "秘書室", "news@sec.example.edu", "本校今年度校務發展計畫書已經由校務會議審議通過並且公開於學校網站首頁供全校師生下載參\n閱歡迎多加利用並踴躍提供寶貴意見以供後續修訂參考之用。"),
        // Simplified Chinese
        new("gb2312", new Wire("gb2312"), "会议通知", "北京办事处", "bj@office.example.cn", "请各部门负责人参加下周一上午的工作会议，讨论第四季度预算。", "预算表.xlsx"),
        new("gbk-as-gb2312", new Wire("gbk", "gb2312", Encoding: "base64"), "关于陶喆演唱会门票", "朱镕", "zhu@ticket.example.cn", "陶喆演唱会门票已经开始发售，请尽快订购，售完为止。"),
        new("gb18030", new Wire("gb18030", Encoding: "base64"), "学习资料汇编", "李雷", "lilei@edu.example.cn", "附上学习资料，内含生僻字㐀与䶮的读音说明。", "学习资料.zip"),
        new("gbk-nolabel", new Wire("gbk", null, Head.Raw), "订单发货通知", "客服中心", "service@shop.example.cn", "您好，您购买的商品已经发货，请注意查收。如果有任何问题，请联系我们的客服中心，谢谢您的支持。"),
        new("utf8-as-gb2312", new Wire("utf-8", "gb2312"), "合同审批流程", "法务部", "legal@office.example.cn", "合同已经提交审批，请登录系统查看审批流程并签字确认，附件中有合同全文。"),
        // Japanese
        new("jis", new Wire("iso-2022-jp", Encoding: "7bit"), "会議室の予約について", "山田太郎", "yamada@example.co.jp", "来週の会議室の予約をお願いします。\n議題は新製品のデザインレビューです。"),
        new("jis-nolabel", new Wire("iso-2022-jp", null, Encoding: "7bit"), "出張報告書の提出", "鈴木花子", "suzuki@example.co.jp", "大阪への出張報告書を金曜日までに提出してください。"),
        new("sjis", new Wire("shift_jis", Encoding: "base64"), "新しいメニューのご案内", "カフェテリア", "cafe@example.jp", "春の新しいメニューができました。カレーライスとハンバーグがおすすめです。", "メニュー.pdf"),
        new("sjis-half", new Wire("shift_jis"), "ｶﾞｲﾄﾞﾌﾞｯｸの発送", "ｾﾝﾀｰ", "center@example.jp", "ｶﾞｲﾄﾞﾌﾞｯｸを本日発送いたしました。到着までしばらくお待ちください。"),
        new("eucjp", new Wire("euc-jp"), "研究発表会のお知らせ", "東京研究所", "tokyo@lab.example.jp", "研究発表会を開催します。皆様のご参加をお待ちしております。"),
        new("utf8-ja", new Wire("utf-8", Head: Head.SplitB), "請求書を送付いたします", "経理部", "keiri@example.co.jp", "今月分の請求書を添付いたします。ご確認のほどよろしくお願いいたします。", "請求書_2026年11月.pdf"),
        // Korean
        new("euckr", new Wire("euc-kr"), "회의 일정 안내", "김철수", "kim@example.co.kr", "다음 주 회의 일정을 안내드립니다. 참석 여부를 알려 주세요.", "회의자료.hwp"),
        new("ksc", new Wire("ks_c_5601-1987", Encoding: "base64"), "주문하신 상품이 발송되었습니다", "고객센터", "help@shop.example.kr", "주문하신 상품이 오늘 발송되었습니다. 배송 조회는 홈페이지에서 가능합니다."),
        new("euckr-nolabel", new Wire("euc-kr", null, Head.Raw), "세미나 참가 신청", "한국대학교", "seminar@univ.example.kr", "인공지능 세미나 참가 신청을 받고 있습니다. 많은 관심과 참여를 부탁드립니다."),
        new("utf8-ko", new Wire("utf-8"), "여름 휴가 계획", "박영희", "park@example.kr", "여름 휴가 계획을 공유합니다. 제주도에서 만나요!"),
        // European
        new("latin1", new Wire("iso-8859-1", Head: Head.Q), "Réunion à l'école", "François Lefèvre", "francois@ecole.example.fr", "La réunion aura lieu à l'école élémentaire; café et gâteaux après.", "résumé.doc"),
        new("cp1252-as-latin1", new Wire("windows-1252", "iso-8859-1"), "Smart “quotes” and €uro", "O’Neill", "oneill@example.ie", "The “quarterly” report costs 20 € — naïve façade."),
        new("utf8-de", new Wire("utf-8", Head: Head.Q), "Grüße aus München", "Jürgen Müller", "juergen@example.de", "Schöne Grüße aus München. Die Straße ist gesperrt."),
        new("utf8-as-latin1", new Wire("utf-8", "iso-8859-1"), "Facture numéro 42", "Société Générale", "facture@banque.example.fr", "Votre facture numéro 42 est prête; le montant est de 100 euros, à régler avant la fin du mois."),
        new("koi8", new Wire("koi8-r"), "Отчёт за квартал", "Иван Петров", "ivan@example.ru", "Во вложении отчёт за третий квартал. Совещание в понедельник."),
        new("thai", new Wire("windows-874", "tis-620"), "ประกาศวันหยุด", "สำนักงาน", "office@example.th", "ประกาศวันหยุดราชการประจำปี"),
        new("utf16", new Wire("utf-16BE", Encoding: "base64"), "统一码测试", "测试员", "test@office.example.cn", "这封信用双字节编码写成。"),
        // Said wrongly, or not at all, and short
        new("short-big5", new Wire("big5", null, Head.Raw), "開會時間更改", "阿明", "aming@example.tw", "改到下午三點，老地方見。"),
        new("short-gbk", new Wire("gbk", null, Head.Raw), "开会时间更改", "小李", "xiaoli@example.cn", "改到下午三点，老地方见，请转告大家。"),
        new("short-sjis", new Wire("shift_jis", null, Head.Raw), "お知らせです", "うけつけ", "desk@example.jp", "明日はお休みです。よろしくお願いします。"),
        new("short-korean", new Wire("euc-kr", null, Head.Raw), "안녕하세요", "민수", "minsu@example.kr", "내일 점심 같이 먹어요. 시간 괜찮으세요?"),
        new("big5-word-latin1", new Wire("big5", "iso-8859-1", Head.B), "期中考試日程表公布", "註冊組", "reg@example.edu", "期中考試日程表已經公布，請同學上網查看，祝考試順利。"),
        new("gbk-as-big5", new Wire("gbk", "big5"), "生日快乐祝福语", "小红", "xiaohong@example.cn", "祝你生日快乐，身体健康，万事如意，心想事成。我们大家都很想念你。"),
        new("big5-as-utf8", new Wire("big5", "utf-8"), "家長座談會邀請函", "導師辦公室", "teacher@school.example.tw", "敬邀家長出席本學期座談會，共同討論孩子的學習與生活，期待您的參與。"),
        new("sjis-as-utf8", new Wire("shift_jis", "utf-8"), "お花見のご案内", "総務課", "soumu@example.jp", "今年もお花見を開催します。参加される方は総務課までご連絡ください。"),
        new("eucjp-as-latin1", new Wire("euc-jp", "iso-8859-1"), "忘年会のお知らせ", "幹事", "kanji@example.jp", "忘年会を十二月に開催します。会費は五千円です。ぜひご参加ください。"),
        new("korean-as-latin1", new Wire("euc-kr", "iso-8859-1"), "송년회 초대장", "총무과", "party@example.kr", "송년회에 여러분을 초대합니다. 장소는 시청 앞 식당입니다. 많이 참석해 주세요."),
        new("utf8-as-sjis", new Wire("utf-8", "shift_jis"), "資料共有のお願い", "企画室", "plan@example.jp", "資料は共有フォルダに置いてください。締め切りは金曜日です。"),
        new("utf8-as-korean", new Wire("utf-8", "euc-kr"), "도서 반납 안내", "도서관", "books@example.kr", "대출하신 도서의 반납일이 지났습니다. 빠른 시일 내에 반납해 주세요."),
        new("utf8-as-ascii", new Wire("utf-8", "us-ascii", Head.Raw, Names: Names.Raw), "宿舍熱水停供", "住宿組", "dorm@example.edu", "今晚宿舍熱水停止供應，請提早洗澡。", "停水通知.txt.pdf"),
        new("hkscs", new Wire("big5", "big5-hkscs"), "香港分部開幕", "港澳辦事處", "hk@example.hk", "香港分部將於下月開幕，誠邀各界蒞臨指導。"),
        new("name-2047-gbk", new Wire("gbk", "gb2312", Names: Names.Word2047), "报表汇总", "财务处", "finance@example.cn", "本月报表汇总请见附件，数字镕合后再确认。", "财务报表汇总镕合版.xlsx"),
        new("name-type", new Wire("big5", Names: Names.TypeOnly), "活動花絮照片", "攝影社", "photo@example.edu", "上週活動的照片整理好了，請大家下載留念。", "活動照片精選.JPG"),
        // ASCII
        new("plain", new Wire("us-ascii"), "Re: budget report final", "Library Desk", "desk@lib.example.edu", "The quarterly report is attached. See ABC-123 and https://www.example.org/a/b?q=1.\nUniversities of technology met.", "budget_report_final.xlsx"),
        new("order", new Wire("us-ascii"), "Order 20261130-77 shipped", "Shop", "noreply@shop.example.com", "Your order 20261130-77 was shipped. Contact amy.lin@support.example.com with tracking ZX-9981-K."),
        new("invite", new Wire("us-ascii", Names: Names.TypeOnly), "Thesis meeting invitation", "Prof. Wang", "wang@csie.example.edu", "Please join the thesis meeting on Monday. Draft chapters are welcome.", "invite.ics"),
    ];
}
