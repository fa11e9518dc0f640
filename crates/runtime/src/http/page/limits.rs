//! How close Lookout is to its own limits: in words, and by a bar that repeats them.

use super::model::{Limit, PageModel};
use super::text::Text;
use super::words::{between, grouped, moment, rounded};

pub(super) fn write(page: &mut String, model: &PageModel) {
    page.push_str("\n<section aria-labelledby=\"limits\"><h2 id=\"limits\">Limits</h2>");
    page.push_str(
        "\n<table role=\"table\" class=\"limits\"><caption>What Lookout allows itself and its clients</caption>\
         <thead role=\"rowgroup\"><tr role=\"row\">",
    );
    for heading in ["What", "In use", "Share"] {
        put!(page, "<th scope=\"col\" role=\"columnheader\">{heading}</th>");
    }
    page.push_str("</tr></thead><tbody role=\"rowgroup\">");
    for limit in &model.limits {
        row(page, limit);
    }
    page.push_str("</tbody></table>");
    if let Some(not_after) = model.certificate_not_after {
        let end = moment(not_after, model.now);
        if not_after > model.now {
            let left = rounded(between(model.now, not_after));
            put!(page, "\n<p>The certificate of this page expires {end}, in {left}.</p>");
        } else {
            put!(page, "\n<p>The certificate of this page has expired, {end}.</p>");
        }
    }
    page.push_str("</section>");
}

fn row(page: &mut String, limit: &Limit) {
    let (what, used, most) = (Text(&limit.what), limit.used, limit.most);
    // At most the number of connections or series, far below where a percentage would not fit.
    let percent = used.saturating_mul(100) / most.max(1);
    let share = match percent {
        0 if used > 0 => "less than 1 %".to_owned(),
        _ if used > most => format!("{} %, spent", grouped(percent)),
        _ if limit.nearly_spent() => format!("{percent} %, nearly spent"),
        _ => format!("{percent} %"),
    };
    put!(page, "\n<tr role=\"row\"><th scope=\"row\" role=\"rowheader\">{what}</th>");
    put!(page, "<td role=\"cell\">{} of {}</td><td role=\"cell\">", grouped(used), grouped(most));
    put!(
        page,
        "<meter aria-label=\"{what}\" max=\"{most}\" high=\"{}\" optimum=\"0\" value=\"{}\">",
        most.saturating_mul(9) / 10,
        used.min(most)
    );
    put!(page, "{share}</meter> {share}</td></tr>");
}
