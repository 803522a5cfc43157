//! What the operating system says when something fails, for readers of Chinese: it says it in English itself.
//! It knows the few sentences that people meet; any other stays in the system's own words.

use std::fmt::Display;

/// The system's sentences, without their number, and what they say.
const SENTENCES: &[(&str, &str)] = &[
    ("No such file or directory", "没有这个文件或目录"),
    ("Is a directory", "这是目录，不是文件"),
    ("Not a directory", "路径中有一段不是目录"),
    ("File exists", "文件或目录已经存在"),
    ("Directory not empty", "目录不是空的"),
    ("Permission denied", "没有权限"),
    ("Operation not permitted", "系统不允许此操作"),
    ("No space left on device", "磁盘空间已满"),
    ("Disk quota exceeded", "超出磁盘配额"),
    ("Read-only file system", "文件系统只读"),
    ("Too many open files", "打开的文件过多"),
    ("Too many open files in system", "系统打开的文件过多"),
    ("File name too long", "文件名过长"),
    ("File too large", "文件过大"),
    ("Too many levels of symbolic links", "符号链接层数过多"),
    ("Input/output error", "磁盘读写出错"),
    ("Text file busy", "文件正在被执行"),
    ("Device or resource busy", "设备或文件正被占用"),
    ("Resource temporarily unavailable", "资源暂时不可用"),
    ("Cannot allocate memory", "内存不足"),
    ("Invalid argument", "参数无效"),
    ("Invalid cross-device link", "不能跨磁盘移动"),
    ("Broken pipe", "接收方已关闭"),
    ("Exec format error", "不是可以执行的程序"),
    ("Interrupted system call", "操作被中断"),
];
/// What Rust says by itself where no system was asked.
const OWN: &[(&str, &str)] = &[
    ("stream did not contain valid UTF-8", "内容不是 UTF-8 文字"),
    ("failed to fill whole buffer", "文件不完整"),
    ("entity not found", "没有这个文件或目录"),
    ("permission denied", "没有权限"),
];

/// An error's words for a Chinese sentence: each sentence of the operating system in them is put into Chinese.
pub fn system_words(error: &(impl Display + ?Sized)) -> String {
    let mut words = error.to_string();
    const NUMBER: &str = " (os error ";
    for (sentence, chinese) in SENTENCES {
        let whole = format!("{sentence}{NUMBER}");
        while let Some(start) = words.find(&whole) {
            let Some(length) = words[start..].find(')') else {
                break;
            };
            words.replace_range(start..=start + length, chinese);
        }
    }
    match OWN.iter().find(|(sentence, _)| *sentence == words) {
        Some((_, chinese)) => (*chinese).to_owned(),
        None => words,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;

    #[cfg(unix)]
    #[test]
    fn what_the_system_says_is_said_in_chinese() {
        for (number, chinese) in [
            (2, "没有这个文件或目录"),
            (13, "没有权限"),
            (17, "文件或目录已经存在"),
            (20, "路径中有一段不是目录"),
            (21, "这是目录，不是文件"),
            (24, "打开的文件过多"),
            (28, "磁盘空间已满"),
            (30, "文件系统只读"),
        ] {
            let error = io::Error::from_raw_os_error(number);
            assert_eq!(system_words(&error), chinese);
            assert_eq!(
                system_words(&format!("a.yaml: {error}; b: {error}")),
                format!("a.yaml: {chinese}; b: {chinese}")
            );
        }
        // What is not known stays as the system says it.
        let other = io::Error::from_raw_os_error(71);
        assert_eq!(system_words(&other), other.to_string());
        assert_eq!(system_words("own words"), "own words");
    }
}
