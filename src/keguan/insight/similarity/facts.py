"""The facts that rules read: the largest share of an application that stands elsewhere and that nobody found harmless,
and how many findings somebody found to matter. Of its attachments a person looks at what was found; they change no share,
for much in them is what everybody hands in.

The share is unknown until the latest version was compared: then a person looks.
"""

from __future__ import annotations

from keguan.casework.situation.fact_queries import told_from_above

told_from_above(
    "similar.share",
    """
    SELECT coalesce(max(finding.share), 0) / 10
    FROM similarity_document document
    LEFT JOIN similarity_finding finding ON finding.document_id = document.id AND finding.state <> 'no_matter'
    WHERE document.case_id = %(case)s AND document.part = 'application' AND document.gone_at IS NULL AND document.compared_at IS NOT NULL
      AND NOT EXISTS (
        SELECT FROM casework_answers answers WHERE answers.case_id = document.case_id
          AND answers.version > (document.versions ->> answers.form)::int)
    GROUP BY document.id""",
)

told_from_above(
    "similar.matters",
    """
    SELECT count(*) FROM similarity_document document JOIN similarity_finding finding ON finding.document_id = document.id
    WHERE document.case_id = %(case)s AND document.gone_at IS NULL AND finding.state = 'matters'""",
)
